//! The keys that Apple documents around payloads: in a profile, and in every payload.
//!
//! Source: `mdm/profiles/TopLevel.yaml` and `CommonPayloadKeys.yaml` of Apple's device-management schema, release of
//! macOS 15.1.

use crate::value::Type;

/// One key of an envelope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub name: &'static str,
    pub kind: Type,
    pub required: bool,
}

const fn required(name: &'static str, kind: Type) -> Key {
    Key { name, kind, required: true }
}

const fn optional(name: &'static str, kind: Type) -> Key {
    Key { name, kind, required: false }
}

/// The keys of a profile.
pub(super) const PROFILE: [Key; 18] = [
    optional("ConsentText", Type::Dictionary),
    optional("DurationUntilRemoval", Type::Real),
    optional("EncryptedPayloadContent", Type::Data),
    optional("HasRemovalPasscode", Type::Boolean),
    optional("IsEncrypted", Type::Boolean),
    // Whether it is there, and an array, is said when the profile is read.
    optional("PayloadContent", Type::Array),
    optional("PayloadDescription", Type::String),
    optional("PayloadDisplayName", Type::String),
    optional("PayloadExpirationDate", Type::Date),
    required("PayloadIdentifier", Type::String),
    optional("PayloadOrganization", Type::String),
    optional("PayloadRemovalDisallowed", Type::Boolean),
    optional("PayloadScope", Type::String),
    required("PayloadType", Type::String),
    required("PayloadUUID", Type::String),
    required("PayloadVersion", Type::Integer),
    optional("RemovalDate", Type::Date),
    optional("TargetDeviceType", Type::Integer),
];

/// The keys of every payload.
pub(super) const PAYLOAD: [Key; 7] = [
    optional("PayloadDescription", Type::String),
    optional("PayloadDisplayName", Type::String),
    required("PayloadIdentifier", Type::String),
    optional("PayloadOrganization", Type::String),
    required("PayloadType", Type::String),
    required("PayloadUUID", Type::String),
    required("PayloadVersion", Type::Integer),
];

/// A key that no schema of Apple's has. Half of the tools of the field write it, and it does nothing, so that nothing
/// is said of it.
pub(super) const ENABLED: Key = optional("PayloadEnabled", Type::Boolean);

/// The payload of com.apple.ManagedClient.preferences has one key of its own.
pub(super) const CONTENT: &str = "PayloadContent";
