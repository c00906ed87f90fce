//! Reading a Mac: who is on it, what is installed, and the files of the domains that are asked for.

use super::layer::{GLOBAL, Layer, MANAGED, UserFiles, user_files};
use super::snapshot::{self, About};
use super::tree::Tree;
use super::{
    ABOUT, Evidence, File, Files, LARGEST, Mac, MacError, Memo, State, User, Want, apps, evidence, keys,
};
use crate::catalog::Catalog;
use std::collections::{BTreeMap, BTreeSet};

/// Folders in /Users that are nobody's home.
const NOBODY: [&str; 3] = ["Shared", "Guest", "Deleted Users"];
/// What macOS writes into managed files beside the preferences.
const META: [&str; 2] = ["PayloadUUID", "_manualProfile"];

/// The file in which macOS sums up all that is managed for a user: no domain.
const SUM: &str = "complete";
/// Where a volume licence of Office lies (Microsoft Learn, "Deploy a volume licensed version of Office for Mac").
pub const VOLUME_LICENCE: &str = "/Library/Preferences/com.microsoft.office.licensingV2.plist";

/// What is asked of a Mac.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// A domain.
    pub domain: &'a str,
    /// The keys of user and computer files; none: every key. Managed files are read whole.
    pub keys: Option<&'a [&'a str]>,
}

/// Whose preferences are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who<'w> {
    /// Who is logged in; else the only one who has a home.
    Console,
    /// This user.
    Named(&'w str),
    /// Everybody who has a home.
    Everybody,
}

impl Mac {
    /// Reads a Mac.
    ///
    /// # Errors
    /// It is no Mac, its snapshot's own file is no good, or the user is not on it. A preference file that cannot be
    /// read is no error: what it may hold is unknown, and said to be.
    pub fn read(
        tree: &dyn Tree,
        asks: &[Ask<'_>],
        who: Who<'_>,
        catalog: &Catalog<'_>,
    ) -> Result<Self, MacError> {
        Asked::new(asks, who, catalog).read(tree, &Memo::default())
    }
}

/// What is asked of many Macs, and all that is the same for each of them.
pub struct Asked<'a, 'c> {
    asks: &'a [Ask<'a>],
    who: Who<'a>,
    catalog: &'a Catalog<'c>,
    /// The keys of the global domain; none: all of them. It holds far more than anybody asked for.
    global: Option<Vec<&'a str>>,
    places: Vec<apps::Place<'a>>,
    sandboxed: Vec<&'a str>,
    evidence: bool,
}

impl<'a, 'c> Asked<'a, 'c> {
    /// Prepares what is asked.
    pub fn new(asks: &'a [Ask<'a>], who: Who<'a>, catalog: &'a Catalog<'c>) -> Self {
        let all = asks.iter().any(|ask| ask.keys.is_none());
        let every = || asks.iter().filter_map(|ask| ask.keys).flatten().copied().collect();
        Self {
            asks,
            who,
            catalog,
            global: (!all).then(every),
            places: apps::places(catalog),
            sandboxed: apps::sandboxed(catalog),
            evidence: true,
        }
    }

    /// The same without what only the catalogue's rules look at: which users have opened which apps.
    #[must_use]
    pub fn without_rules(mut self) -> Self {
        self.sandboxed = Vec::new();
        self
    }

    /// The same without which profile set what: no setting may then be of a payload of Apple's.
    #[must_use]
    pub fn without_evidence(mut self) -> Self {
        self.evidence = false;
        self
    }

    /// Reads a Mac. What was read of others with the same memo is not read again.
    ///
    /// # Errors
    /// As of [`Mac::read`].
    pub fn read(&self, tree: &dyn Tree, memo: &Memo) -> Result<Mac, MacError> {
        let about = snapshot::about(tree, memo)?;
        let is_folder = |path: &str| !matches!(tree.list(path), Ok(None));
        if !about.snapshot && !is_folder("/Library") {
            return Err(MacError::NoMac);
        }
        let reader = Reader { tree, about: &about, catalog: self.catalog, memo };
        let everybody = reader.everybody()?;
        let users = chosen(self.who, &everybody, &about)?;
        let homes: Vec<&str> = everybody.iter().map(|user| user.home.as_str()).collect();
        let look = apps::Look { tree, about: &about, memo };
        let apps = apps::installed(look, &homes, &self.places)?;
        let opened = apps::opened(tree, &users, &about, &self.sandboxed);
        let volume_licence = matches!(tree.read(VOLUME_LICENCE, LARGEST), Ok(Some(_)));
        let mut domains = BTreeMap::new();
        for (number, ask) in (USERS..).zip(self.asks) {
            if ask.domain != GLOBAL {
                let want = Want { question: number, keys: ask.keys, without: &[] };
                domains.insert(ask.domain.to_owned(), reader.files(ask.domain, want, &users));
            }
        }
        let want = Want { question: USERS + self.asks.len(), keys: self.global.as_deref(), without: &[] };
        let global = reader.files(GLOBAL, want, &users);
        let everybody = everybody.into_iter().map(|user| user.name).collect();
        let evidence =
            if self.evidence { evidence::evidence(tree, self.catalog) } else { Evidence::default() };
        Ok(Mac {
            everybody,
            users,
            apps,
            opened,
            volume_licence,
            collected: None,
            evidence,
            domains,
            global,
            about,
        })
    }
}

/// All that is in a managed file, without what macOS writes beside the preferences.
const OF_MANAGED: Want<'_> = Want { question: apps::QUESTIONS, keys: None, without: &META };
/// The number of the first question about files of users and of the computer.
const USERS: usize = apps::QUESTIONS + 1;

/// The domains that profiles enforce something in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Managed {
    /// Their names; the global domain is one of them.
    pub domains: BTreeSet<String>,
    /// The users who have a folder of their own there.
    pub users: BTreeSet<String>,
    /// The folders that could not be listed, and why.
    pub unreadable: Vec<(String, String)>,
}

impl Managed {
    /// Lists the managed files of the Mac and of its users.
    ///
    /// # Errors
    /// The snapshot's own file is no good.
    pub fn list(tree: &dyn Tree) -> Result<Self, MacError> {
        let about = snapshot::about(tree, &Memo::default())?;
        let mut found = Self::default();
        let users = found.folder(tree, MANAGED, &about);
        for user in &users {
            found.folder(tree, &format!("{MANAGED}/{user}"), &about);
        }
        found.users = users.into_iter().collect();
        Ok(found)
    }

    /// Takes the files of a folder, and returns the folders in it.
    fn folder(&mut self, tree: &dyn Tree, path: &str, about: &About) -> Vec<String> {
        let entries = match (tree.list(path), about.unreadable(path)) {
            (Ok(Some(entries)), _) => entries,
            (Ok(None), None) => Vec::new(),
            (Ok(None), Some(why)) => {
                self.unreadable.push((path.to_owned(), why.to_owned()));
                Vec::new()
            }
            (Err(error), _) => {
                self.unreadable.push((path.to_owned(), error.to_string()));
                Vec::new()
            }
        };
        let (folders, files): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.folder);
        let names = files.iter().filter_map(|file| file.name.strip_suffix(".plist"));
        self.domains.extend(names.filter(|name| *name != SUM).map(str::to_owned));
        folders.into_iter().map(|folder| folder.name).collect()
    }
}

/// The users whose preferences are read.
fn chosen(who: Who<'_>, everybody: &[User], about: &About) -> Result<Vec<User>, MacError> {
    let named = |name: &str| everybody.iter().find(|user| user.name == name).cloned();
    match who {
        Who::Everybody => Ok(everybody.to_vec()),
        Who::Named(name) => {
            let list = || everybody.iter().map(|user| user.name.clone()).collect();
            named(name)
                .map(|user| vec![user])
                .ok_or_else(|| MacError::NoUser { name: name.to_owned(), list: list() })
        }
        Who::Console => {
            let console = about.console_user.as_deref().and_then(named);
            let only = || match everybody {
                [only] => Some(only.clone()),
                _ => None,
            };
            Ok(console.or_else(only).into_iter().collect())
        }
    }
}

struct Reader<'r, 'c> {
    tree: &'r dyn Tree,
    about: &'r About,
    catalog: &'r Catalog<'c>,
    memo: &'r Memo,
}

impl Reader<'_, '_> {
    /// Everybody who has a home.
    fn everybody(&self) -> Result<Vec<User>, MacError> {
        let path = "/Users";
        let refuse = |why: String| MacError::Unreadable { path: path.to_owned(), why };
        let entries = self.tree.list(path).map_err(|error| refuse(error.to_string()))?.unwrap_or_default();
        let home = |name: &str| !name.starts_with('.') && !NOBODY.contains(&name);
        let users = entries.into_iter().filter(|entry| entry.folder && home(&entry.name));
        Ok(users.map(|entry| User { home: format!("/Users/{}", entry.name), name: entry.name }).collect())
    }

    /// A file, if it is there, or if nobody can say.
    fn file(&self, layer: Layer, path: String, wanted: Want<'_>) -> Option<File> {
        let state = match keys(self.tree, &path, wanted, self.memo) {
            Ok(Some(entries)) => State::Read(entries),
            Ok(None) => State::Unreadable(self.about.unreadable(&path)?.to_owned()),
            Err(why) => State::Unreadable(why),
        };
        Some(File { layer, path, state })
    }

    /// The files of a domain. Of the global domain, each stands in the layer of the global ones.
    fn files(&self, domain: &str, wanted: Want<'_>, users: &[User]) -> Files {
        let global = domain == GLOBAL;
        let name = |folder: &str| format!("{folder}/{domain}.plist");
        let managed = if global { Layer::ManagedGlobal } else { Layer::ManagedComputer };
        let computer = if global { Layer::ComputerGlobal } else { Layer::Computer };
        let mac = [
            self.file(managed, name(MANAGED), OF_MANAGED),
            self.file(computer, name("/Library/Preferences"), wanted),
        ];
        let mut files = Files { mac: mac.into_iter().flatten().collect(), ..Files::default() };
        for user in users {
            let (own, strays) = self.of_user(domain, user, wanted);
            files.users.insert(user.name.clone(), own);
            files.strays.insert(user.name.clone(), strays);
        }
        files
    }

    /// The files of a user: those that count, and those that no app reads.
    fn of_user(&self, domain: &str, user: &User, wanted: Want<'_>) -> (Vec<File>, Vec<File>) {
        let global = domain == GLOBAL;
        let (managed, host, plain) = if global {
            (Layer::ManagedGlobal, Layer::UserGlobalHost, Layer::UserGlobal)
        } else {
            (Layer::ManagedUser, Layer::UserHost, Layer::User)
        };
        let name = |folder: &str| format!("{folder}/{domain}.plist");
        let mut own: Vec<File> = Vec::new();
        let mut strays = Vec::new();
        own.extend(self.file(managed, name(&format!("{MANAGED}/{}", user.name)), OF_MANAGED));
        let places = user_files(domain, &user.home, self.catalog);
        if let Some(path) = places.file {
            own.extend(self.file(plain, path, wanted));
            return (own, strays);
        }
        match self.contained(&places) {
            Ok(Some(inside)) => {
                own.extend(self.by_host(host, domain, inside, wanted));
                own.extend(self.file(plain, name(inside), wanted));
                strays.extend(self.by_host(host, domain, &places.plain, wanted));
                strays.extend(self.file(plain, name(&places.plain), wanted));
            }
            Ok(None) => {
                own.extend(self.by_host(host, domain, &places.plain, wanted));
                own.extend(self.file(plain, name(&places.plain), wanted));
            }
            Err((path, why)) => own.push(File { layer: plain, path, state: State::Unreadable(why) }),
        }
        (own, strays)
    }

    /// The folder of preferences in the app's container, if the container is there.
    fn contained<'p>(&self, places: &'p UserFiles) -> Result<Option<&'p str>, (String, String)> {
        let (Some(container), Some(inside)) = (&places.container, &places.inside) else { return Ok(None) };
        match self.tree.list(container) {
            Ok(Some(_)) => Ok(Some(inside)),
            Ok(None) => match self.about.unreadable(container) {
                Some(why) => Err((container.clone(), why.to_owned())),
                None => Ok(None),
            },
            Err(error) => Err((container.clone(), error.to_string())),
        }
    }

    /// The ByHost file of this Mac: by its hardware UUID, or the only one if that is not known.
    fn by_host(&self, layer: Layer, domain: &str, folder: &str, wanted: Want<'_>) -> Option<File> {
        let folder = format!("{folder}/ByHost");
        if let Some(uuid) = &self.about.hardware_uuid {
            return self.file(layer, format!("{folder}/{domain}.{uuid}.plist"), wanted);
        }
        let entries = match self.tree.list(&folder) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(error) => {
                return Some(File { layer, path: folder, state: State::Unreadable(error.to_string()) });
            }
        };
        let of_domain = |name: &str| {
            let rest = name.strip_prefix(domain)?.strip_prefix('.')?.strip_suffix(".plist")?;
            (rest.len() == 36 && uuid::Uuid::parse_str(rest).is_ok()).then_some(())
        };
        let mut found = entries.iter().filter(|entry| of_domain(&entry.name).is_some());
        match (found.next(), found.next()) {
            (None, _) => None,
            (Some(only), None) => self.file(layer, format!("{folder}/{}", only.name), wanted),
            (Some(_), Some(_)) => {
                let why =
                    format!("files of several Macs are there, and nothing says which is this one ({ABOUT})");
                Some(File { layer, path: folder, state: State::Unreadable(why) })
            }
        }
    }
}
