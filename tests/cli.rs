//! The command line as data: `tests/cmd/*.trycmd` are what a user types and sees, `*.in` the folder it happens in,
//! `*.out` files that must then be there. `TRYCMD=overwrite cargo test --test cli` writes them anew: read the diff.

#[test]
fn the_command_line() {
    trycmd::TestCases::new()
        .env("COLUMNS", "100")
        .env("PREFSMITH_CACHE", "")
        .case("tests/cmd/*.trycmd")
        .case("README.md")
        .case("docs/editors.md")
        .case("docs/audit.md")
        .case("docs/diff.md")
        .case("docs/show.md")
        .case("docs/signatures.md")
        .case("docs/microsoft-samples.md")
        .case("docs/import.md")
        .case("docs/profiles.md")
        .case("docs/project.md")
        .case("docs/targets/collector.md")
        .case("docs/endpoints.md")
        .run();
}
