//! What comes back from the Macs of what targets ask there: which settings they can say anything of.

use super::{parts, sql};
use crate::catalog::Catalog;
use crate::plan::Setting;

/// Whether the check of an attribute of an MDM judges a setting.
pub fn is_in_attribute(setting: &Setting, catalog: &Catalog<'_>) -> bool {
    parts::is_judged(setting, catalog)
}

/// Whether the queries of osquery's pack, and of Fleet's reports, ask for a setting; `secret`: whether it is one.
pub fn is_in_pack(setting: &Setting, secret: bool, catalog: &Catalog<'_>) -> bool {
    sql::is_asked(setting, secret, catalog)
}
