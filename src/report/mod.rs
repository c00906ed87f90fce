//! Renders what the other rooms say, for people and for programs; returns text and never prints.

pub mod audit;
pub mod diff;
pub mod endpoints;
pub mod explain;
pub mod findings;
pub mod mac;
mod markup;
pub mod plan;
pub mod schema;
pub mod secrets;
pub mod show;
pub mod signature;
mod visible;

pub(crate) use visible::{number, paragraph};
