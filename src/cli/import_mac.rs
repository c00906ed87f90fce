//! What profiles enforce on a Mac, as files to be imported: those of the Mac, and those of one user.

use super::common::{complain, label};
use super::import::File;
use super::mac::{open, who};
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, Severity, Sources};
use crate::import::{FromMac, Wrapper, slug};
use crate::mac::tree::Tree;
use crate::mac::{MANAGED, Mac, Managed};
use crate::plan::Channel;
use crate::profile::read::{Content, Held, HeldSetting, Input, budgets, load_preferences};
use crate::value::Value;
use anyhow::{Context as _, Result, anyhow, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What a Mac is read with.
pub(super) struct Reader<'r, 'c> {
    /// What is known.
    pub catalog: &'r Catalog<'c>,
    /// Takes the texts of the files.
    pub sources: &'r mut Sources,
    /// Takes what is wrong with them.
    pub findings: &'r mut Findings,
}

impl Reader<'_, '_> {
    /// Reads the managed files of a Mac, by domain: first those of the Mac, then those of the user, without what is
    /// only the Mac's there too.
    ///
    /// # Errors
    /// It cannot be read, is no Mac, or has no such user. A file that cannot be read is a finding.
    pub fn read(&mut self, path: &Path, user: Option<&str>) -> Result<Vec<File>> {
        ensure!(
            user != Some("all"),
            "--user all: a policy is of one channel, and of one user; name somebody"
        );
        let name = label(path);
        let tree = open(path).map_err(|why| anyhow!("{why}")).with_context(|| name.clone())?;
        let tree = tree.as_ref();
        let managed = Managed::list(tree).with_context(|| name.clone())?;
        let mac = Mac::read(tree, &[], who(user), self.catalog).with_context(|| name.clone())?;
        tree.remarks().iter().for_each(|remark| complain(remark));
        for (path, why) in &managed.unreadable {
            self.unreadable(&name, path, why);
        }
        let of_mac = self.folder((&name, tree), (&mac, &managed), None, path);
        let mut found = Vec::new();
        let chosen: Vec<&str> = mac.users.iter().map(|user| user.name.as_str()).collect();
        let all = managed.users.iter().map(String::as_str).chain(chosen.iter().copied());
        for user in all.collect::<BTreeSet<&str>>() {
            let files = self.folder((&name, tree), (&mac, &managed), Some(user), path);
            let files = without_copies(files, &of_mac);
            if chosen.contains(&user) {
                found.extend(files);
            } else if !files.is_empty() {
                self.left_out(&name, user, chosen.is_empty());
            }
        }
        if of_mac.is_empty() && found.is_empty() && !self.findings.has_errors() {
            complain(&format!("{name}: no profile enforces anything there"));
        }
        Ok(of_mac.into_iter().chain(found).collect())
    }

    /// The files of one folder: the Mac's, or a user's.
    fn folder(
        &mut self,
        at: (&str, &dyn Tree),
        (mac, managed): (&Mac, &Managed),
        user: Option<&str>,
        path: &Path,
    ) -> Vec<File> {
        let of = Rc::new((of_mac(mac, managed, user), stem(mac, path)));
        managed.domains.iter().filter_map(|domain| self.file(at, domain, user, &of)).collect()
    }

    /// Says that what is enforced for a user alone is not taken. A policy is for one user, and somebody else was named
    /// or is logged in, or nobody.
    fn left_out(&mut self, name: &str, user: &str, nobody: bool) {
        let at = Origin::Whole(self.sources.add(name, ""));
        let title = format!("what is enforced for {user} alone is left out");
        let severity = if nobody { Severity::Error } else { Severity::Warning };
        let finding = Finding::new("not-expressed", title).severity(severity).at(at, "");
        self.findings.push(finding.help(format!("`--user {user}` takes it, into a policy of its own")));
    }

    fn file(
        &mut self,
        (name, tree): (&str, &dyn Tree),
        domain: &str,
        user: Option<&str>,
        of: &Rc<(FromMac, String)>,
    ) -> Option<File> {
        let folder = user.map_or_else(|| MANAGED.to_owned(), |user| format!("{MANAGED}/{user}"));
        let path = format!("{folder}/{domain}.plist");
        let bytes = match tree.read(&path, budgets().bytes) {
            Ok(bytes) => bytes?,
            Err(why) => {
                self.unreadable(name, &path, &why.to_string());
                return None;
            }
        };
        let called = format!("{}{path}", name.trim_end_matches('/'));
        let input = Input { label: &called, bytes: &bytes, domain: Some(domain) };
        let held = load_preferences(&input, self.sources, self.findings)?;
        if self.catalog.is_payload(domain) {
            let title = format!(
                "{domain} is what a payload of Apple's own puts there: preferences need not do the same"
            );
            let finding = Finding::new("not-a-preference", title).severity(Severity::Warning);
            let finding = finding.at(Origin::Whole(held.source), "").about(domain, "");
            self.findings
                .push(finding.help("import the profile itself: its payload is then carried as it is"));
        }
        let channel = if user.is_some() { Channel::User } else { Channel::Device };
        let wrapper = Wrapper { channel: Some(channel), ..Wrapper::default() };
        let end = if user.is_some() { "-user" } else { "" };
        Some(File {
            path: PathBuf::from(format!("{domain}{end}.plist")),
            held,
            wrapper: Some(wrapper),
            unkept: Some("it is no profile".to_owned()),
            mac: Some(Rc::clone(of)),
        })
    }

    fn unreadable(&mut self, name: &str, path: &str, why: &str) {
        let source = self.sources.add(format!("{}{path}", name.trim_end_matches('/')), "");
        self.findings.push(Finding::new("unreadable-file", why).at(Origin::Whole(source), ""));
    }
}

/// What is said of the Mac, and of the profiles there.
fn of_mac(mac: &Mac, managed: &Managed, user: Option<&str>) -> FromMac {
    let about = &mac.about;
    let mut who: Vec<String> = about.name.iter().cloned().collect();
    who.extend(about.serial.iter().map(|serial| format!("serial {serial}")));
    who.extend(about.taken.map(|taken| format!("snapshot of {taken}")));
    let who = if who.is_empty() { "a Mac".to_owned() } else { who.join(", ") };
    let mut profiles = BTreeMap::new();
    for domain in &managed.domains {
        for (key, names) in mac.evidence.of_domain(domain, user) {
            profiles.insert((domain.clone(), key.to_owned()), names);
        }
    }
    FromMac { who, user: user.map(str::to_owned), profiles }
}

/// What a policy is called that is made of the Mac: after its name, or its file.
fn stem(mac: &Mac, path: &Path) -> String {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let file = [".tar.gz", ".tgz", ".tar"].iter().find_map(|end| file.strip_suffix(end)).unwrap_or(&file);
    slug(mac.about.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(file))
}

/// The user's folder also carries what is enforced for the whole Mac.
fn without_copies(mut files: Vec<File>, of_mac: &[File]) -> Vec<File> {
    let mut values: BTreeMap<(&str, &str), &Value> = BTreeMap::new();
    for (_, domain, setting) in of_mac.iter().flat_map(|file| file.held.settings()) {
        values.insert((&domain.name, &setting.key), &setting.value);
    }
    for file in &mut files {
        keep(&mut file.held, |domain, setting| {
            values.get(&(domain, setting.key.as_str())) != Some(&&setting.value)
        });
    }
    files.retain(|file| file.held.settings().next().is_some());
    files
}

fn keep(held: &mut Held, wanted: impl Fn(&str, &HeldSetting) -> bool) {
    for payload in held.profiles.iter_mut().flat_map(|profile| &mut profile.payloads) {
        let Content::Preferences { domains, .. } = &mut payload.content else { continue };
        for domain in domains {
            domain.settings.retain(|setting| wanted(&domain.name, setting));
        }
    }
}
