//! Configuration profiles: the envelope, and both payload forms of managed preferences.

pub mod envelope;
mod identify;
mod kept;
#[cfg(test)]
mod kept_tests;
pub mod read;
#[cfg(feature = "sign")]
pub mod sign;
pub mod signature;
mod write;

pub use identify::{
    Form, Kept, Slice, file_identity, identifier, passed_identifier, passed_uuid, payload_identifier, uuid,
};
pub use kept::{KeptError, KeptProblem, kept};
pub use write::{Content, Payload, Profile};
