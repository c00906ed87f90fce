//! What profiles enforce on a Mac, as files to be imported: those of the Mac, and those of one user.

use super::common::{complain, label};
use super::import::File;
use super::mac::{open, who};
use crate::catalog::Catalog;
use crate::finding::{Finding, Findings, Origin, Sources};
use crate::import::{FromMac, Wrapper, slug};
use crate::mac::tree::Tree;
use crate::mac::{MANAGED, Mac, Managed};
use crate::plan::Channel;
use crate::profile::read::{Content, Held, HeldSetting, Input, budgets, load};
use crate::value::Value;
use anyhow::{Context as _, Result, anyhow, ensure};
use std::collections::BTreeMap;
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
        let whose: Vec<&str> = mac.users.iter().map(|user| user.name.as_str()).collect();
        if whose.is_empty() && !mac.everybody.is_empty() {
            complain(
                "what is enforced for one user alone is left out: who uses this Mac is not known; --user names somebody",
            );
        }
        let mut found = Vec::new();
        for user in std::iter::once(None).chain(whose.into_iter().map(Some)) {
            let of = Rc::new((of_mac(&mac, &managed, user), stem(&mac, path)));
            for domain in &managed.domains {
                found.extend(self.file((&name, tree), domain, user, &of));
            }
        }
        Ok(without_copies(found))
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
        let held = load(&input, self.catalog, self.sources, self.findings)?;
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
fn without_copies(files: Vec<File>) -> Vec<File> {
    let (of_mac, mut of_user): (Vec<File>, Vec<File>) =
        files.into_iter().partition(|file| file.mac.as_ref().is_some_and(|mac| mac.0.user.is_none()));
    let mut values: BTreeMap<(&str, &str), &Value> = BTreeMap::new();
    for (_, domain, setting) in of_mac.iter().flat_map(|file| file.held.settings()) {
        values.insert((&domain.name, &setting.key), &setting.value);
    }
    for file in &mut of_user {
        keep(&mut file.held, |domain, setting| {
            values.get(&(domain, setting.key.as_str())) != Some(&&setting.value)
        });
    }
    of_user.retain(|file| file.held.settings().next().is_some());
    of_mac.into_iter().chain(of_user).collect()
}

fn keep(held: &mut Held, wanted: impl Fn(&str, &HeldSetting) -> bool) {
    for payload in held.profiles.iter_mut().flat_map(|profile| &mut profile.payloads) {
        let Content::Preferences { domains, .. } = &mut payload.content else { continue };
        for domain in domains {
            domain.settings.retain(|setting| wanted(&domain.name, setting));
        }
    }
}
