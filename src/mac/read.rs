//! Reading a Mac: who is on it, what is installed, and the files of the domains that are asked for.

use super::layer::{GLOBAL, Layer, MANAGED, inside, user_files};
use super::memo::Question;
use super::snapshot::{self, About};
use super::tree::Tree;
use super::{
    ABOUT, Evidence, File, Files, LARGEST, Mac, MacError, Memo, State, User, Want, apps, evidence, keys,
};
use crate::catalog::Catalog;
use std::collections::{BTreeMap, BTreeSet};

/// Folders in /Users that are nobody's home.
pub(super) const NOBODY: [&str; 3] = ["Shared", "Guest", "Deleted Users"];
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
    pub(super) who: Who<'a>,
    catalog: &'a Catalog<'c>,
    /// The keys of the global domain; none: all of them. It holds far more than anybody asked for.
    global: Option<Vec<&'a str>>,
    places: Vec<apps::Place<'a>>,
    sandboxed: Vec<&'a str>,
    pub(super) evidence: bool,
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

    fn want_of_global(&self) -> Want<'_> {
        Want { question: USERS + self.asks.len(), keys: self.global.as_deref(), without: &[] }
    }

    /// What is wanted by the number of a question.
    pub(super) fn want(&self, question: Question) -> Option<Want<'_>> {
        let fixed = [apps::OF_APPS, apps::OF_MACOS, OF_MANAGED, self.want_of_global()];
        let of_domain = || {
            let ask = self.asks.get(question.checked_sub(USERS)?)?;
            Some(Want { question, keys: ask.keys, without: &[] })
        };
        fixed.into_iter().find(|want| want.question == question).or_else(of_domain)
    }

    /// Reads a Mac. What was read of others with the same memo is not read again.
    ///
    /// # Errors
    /// As of [`Mac::read`].
    pub fn read(&self, tree: &dyn Tree, memo: &Memo) -> Result<Mac, MacError> {
        self.read_of(snapshot::about(tree, memo)?, tree, memo)
    }

    /// Reads the Mac of which this is known.
    ///
    /// # Errors
    /// As of [`Mac::read`].
    pub fn read_of(&self, about: About, tree: &dyn Tree, memo: &Memo) -> Result<Mac, MacError> {
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
        let (managed, computer) =
            (reader.folder(MANAGED.to_owned()), reader.folder("/Library/Preferences".to_owned()));
        let of_mac = [&managed, &computer];
        let own: Vec<Home<'_>> = users.iter().map(|user| reader.home(user)).collect();
        let mut domains = BTreeMap::new();
        for (question, ask) in (USERS..).zip(self.asks) {
            if ask.domain != GLOBAL {
                let want = Want { question, keys: ask.keys, without: &[] };
                domains.insert(ask.domain.to_owned(), reader.files(ask.domain, want, of_mac, &own));
            }
        }
        let global = reader.files(GLOBAL, self.want_of_global(), of_mac, &own);
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

/// A folder of preferences: where it is, and whether anything may be in it.
struct Folder {
    path: String,
    there: bool,
}

/// Where the preferences of a user are.
struct Home<'u> {
    user: &'u User,
    managed: Folder,
    plain: Folder,
    host: Folder,
    containers: Folder,
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

    /// Nearly no Mac has something in every folder that an app would look into.
    fn folder(&self, path: String) -> Folder {
        let there = !self.about.unreadable.is_empty() || self.tree.has(&path);
        Folder { path, there }
    }

    fn home<'u>(&self, user: &'u User) -> Home<'u> {
        let library = format!("{}/Library", user.home);
        Home {
            user,
            managed: self.folder(format!("{MANAGED}/{}", user.name)),
            host: self.folder(format!("{library}/Preferences/ByHost")),
            plain: self.folder(format!("{library}/Preferences")),
            containers: self.folder(format!("{library}/Containers")),
        }
    }

    /// A file in a folder, if it is there, or if nobody can say.
    fn inside(&self, folder: &Folder, layer: Layer, name: &str, wanted: Want<'_>) -> Option<File> {
        if folder.there { self.file(layer, format!("{}/{name}", folder.path), wanted) } else { None }
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
    fn files(
        &self,
        domain: &str,
        wanted: Want<'_>,
        [managed, computer]: [&Folder; 2],
        homes: &[Home<'_>],
    ) -> Files {
        let global = domain == GLOBAL;
        let name = format!("{domain}.plist");
        let layers = if global {
            (Layer::ManagedGlobal, Layer::ComputerGlobal)
        } else {
            (Layer::ManagedComputer, Layer::Computer)
        };
        let mac = [
            self.inside(managed, layers.0, &name, OF_MANAGED),
            self.inside(computer, layers.1, &name, wanted),
        ];
        let mut files = Files { mac: mac.into_iter().flatten().collect(), ..Files::default() };
        for home in homes {
            let (own, strays) = self.of_user(domain, &name, home, wanted);
            files.users.insert(home.user.name.clone(), own);
            files.strays.insert(home.user.name.clone(), strays);
        }
        files
    }

    /// The files of a user: those that count, and those that no app reads.
    fn of_user(&self, domain: &str, name: &str, home: &Home<'_>, wanted: Want<'_>) -> (Vec<File>, Vec<File>) {
        let (managed, host, plain) = if domain == GLOBAL {
            (Layer::ManagedGlobal, Layer::UserGlobalHost, Layer::UserGlobal)
        } else {
            (Layer::ManagedUser, Layer::UserHost, Layer::User)
        };
        let mut own: Vec<File> = Vec::new();
        let mut strays = Vec::new();
        own.extend(self.inside(&home.managed, managed, name, OF_MANAGED));
        let places = user_files(domain, &home.user.home, self.catalog);
        if let Some(path) = places.file {
            own.extend(self.file(plain, path, wanted));
            return (own, strays);
        }
        let container = places.container.filter(|_| home.containers.there);
        match container.map_or(Ok(None), |container| self.contained(container)) {
            Ok(Some(inside)) => {
                let by_host = self.folder(format!("{inside}/ByHost"));
                own.extend(self.by_host(host, domain, &by_host, wanted));
                own.extend(self.file(plain, format!("{inside}/{name}"), wanted));
                strays.extend(self.by_host(host, domain, &home.host, wanted));
                strays.extend(self.inside(&home.plain, plain, name, wanted));
            }
            Ok(None) => {
                own.extend(self.by_host(host, domain, &home.host, wanted));
                own.extend(self.inside(&home.plain, plain, name, wanted));
            }
            Err((path, why)) => own.push(File { layer: plain, path, state: State::Unreadable(why) }),
        }
        (own, strays)
    }

    /// The folder of preferences in the app's container, if the container is there.
    fn contained(&self, container: String) -> Result<Option<String>, (String, String)> {
        match self.tree.list(&container) {
            Ok(Some(_)) => Ok(Some(inside(&container))),
            Ok(None) => match self.about.unreadable(&container) {
                Some(why) => Err((container.clone(), why.to_owned())),
                None => Ok(None),
            },
            Err(error) => Err((container, error.to_string())),
        }
    }

    /// The ByHost file of this Mac: by its hardware UUID, or the only one if that is not known.
    fn by_host(&self, layer: Layer, domain: &str, folder: &Folder, wanted: Want<'_>) -> Option<File> {
        if !folder.there {
            return None;
        }
        let folder = folder.path.as_str();
        if let Some(uuid) = &self.about.hardware_uuid {
            return self.file(layer, format!("{folder}/{domain}.{uuid}.plist"), wanted);
        }
        let entries = match self.tree.list(folder) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(error) => {
                return Some(File {
                    layer,
                    path: folder.to_owned(),
                    state: State::Unreadable(error.to_string()),
                });
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
                Some(File { layer, path: folder.to_owned(), state: State::Unreadable(why) })
            }
        }
    }
}
