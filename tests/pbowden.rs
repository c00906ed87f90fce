//! Profiles that Microsoft's engineer for Office for Mac published, written again as policies: each resolves to
//! exactly the settings of the published profile, which a table holds.

mod common;

use common::{judged, root, rows, stems, table};
use prefsmith::catalog::Catalog;
use prefsmith::finding::Sources;

#[test]
fn each_policy_has_its_profile_and_its_table() {
    let policies = stems(&root().join("tests/policies/pbowden"), "toml");
    assert_eq!(policies, stems(&root().join("tests/expect/pbowden"), "csv"));
    let mut reader = csv::Reader::from_path(root().join("tests/policies/pbowden/profiles.csv")).unwrap();
    let mut listed: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
    listed.sort();
    assert_eq!(policies, listed);
    assert!(policies.len() >= 17);
}

#[test]
fn each_policy_sets_what_the_published_profile_sets() {
    let catalog = Catalog::builtin();
    for stem in stems(&root().join("tests/policies/pbowden"), "toml") {
        let path = root().join(format!("tests/policies/pbowden/{stem}.toml"));
        let plan =
            judged(&path, &catalog, &mut Sources::new()).plan.unwrap_or_else(|_| panic!("{stem} has errors"));
        let expected = table(&root().join(format!("tests/expect/pbowden/{stem}.csv")));
        assert_eq!(rows(&plan), expected, "{stem}");
    }
}
