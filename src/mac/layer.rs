//! The layers of preferences, strongest first, and the files they lie in.

use crate::catalog::Catalog;

/// The domain that every app reads beside its own.
pub const GLOBAL: &str = ".GlobalPreferences";
/// Where macOS keeps what profiles enforce.
pub const MANAGED: &str = "/Library/Managed Preferences";

/// A layer of preferences. Ordered: the strongest first. The value in effect is that of the first layer that has the
/// key.
///
/// The order is Apple's ("Preferences Programming Topics"); the place of the managed layers before all others is
/// general knowledge, and where the managed global domain stands among them was not tested on a Mac.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Enforced for one user.
    ManagedUser,
    /// Enforced for the Mac.
    ManagedComputer,
    /// Enforced in the domain that every app reads.
    ManagedGlobal,
    /// The user's, for this Mac.
    UserHost,
    /// The user's.
    User,
    /// The user's for every app, for this Mac.
    UserGlobalHost,
    /// The user's for every app.
    UserGlobal,
    /// For every user of the Mac.
    Computer,
    /// For every user and every app.
    ComputerGlobal,
    /// The app's own documented default.
    AppDefault,
}

impl Layer {
    /// Every layer, strongest first.
    pub const ALL: [Self; 10] = [
        Self::ManagedUser,
        Self::ManagedComputer,
        Self::ManagedGlobal,
        Self::UserHost,
        Self::User,
        Self::UserGlobalHost,
        Self::UserGlobal,
        Self::Computer,
        Self::ComputerGlobal,
        Self::AppDefault,
    ];

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::ManagedUser => "managed-user",
            Self::ManagedComputer => "managed-computer",
            Self::ManagedGlobal => "managed-global",
            Self::UserHost => "user-host",
            Self::User => "user",
            Self::UserGlobalHost => "user-global-host",
            Self::UserGlobal => "user-global",
            Self::Computer => "computer",
            Self::ComputerGlobal => "computer-global",
            Self::AppDefault => "app-default",
        }
    }

    /// What people call it, after "is".
    pub fn says(self) -> &'static str {
        match self {
            Self::ManagedUser => "enforced by a profile for this user",
            Self::ManagedComputer => "enforced by a profile",
            Self::ManagedGlobal => "enforced by a profile for every app",
            Self::UserHost => "set by the user, for this Mac",
            Self::User => "set by the user",
            Self::UserGlobalHost => "set by the user for every app, for this Mac",
            Self::UserGlobal => "set by the user for every app",
            Self::Computer => "set for all users",
            Self::ComputerGlobal => "set for all users and every app",
            Self::AppDefault => "the app's default",
        }
    }

    /// Whether only a profile can put a value there.
    pub fn managed(self) -> bool {
        matches!(self, Self::ManagedUser | Self::ManagedComputer | Self::ManagedGlobal)
    }

    /// Whether it is one of the user's own.
    pub fn of_user(self) -> bool {
        matches!(self, Self::UserHost | Self::User | Self::UserGlobalHost | Self::UserGlobal)
    }
}

/// The folders of a domain's user files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UserFiles {
    /// The container of the app, if it is one that may have it: the user's file lies in it once it is there.
    pub container: Option<String>,
    /// The file, where the catalogue says that it lies somewhere else.
    pub file: Option<String>,
}

/// Where the user's files of a domain may lie beside the user's preferences, below a home.
pub(super) fn user_files(domain: &str, home: &str, catalog: &Catalog<'_>) -> UserFiles {
    let known = catalog.domain(domain);
    let below = |path: &str| path.strip_prefix("~/").map(|rest| format!("{home}/{rest}"));
    // Of a domain that no catalogue knows nobody can say whether its app is sandboxed: a container tells.
    let name = match known {
        Some(known) => known.container,
        None => Some(domain).filter(|domain| *domain != GLOBAL),
    };
    UserFiles {
        container: name.map(|name| format!("{home}/Library/Containers/{name}")),
        file: known.and_then(|known| known.file).and_then(below),
    }
}

/// The folder of preferences in a container.
pub(super) fn inside(container: &str) -> String {
    format!("{container}/Data/Library/Preferences")
}
