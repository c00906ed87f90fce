//! prefsmith compiles a policy for macOS managed preferences: it checks the policy against what is known of
//! every key, and writes what a Mac or an MDM takes.
//!
//! Data runs one way: a policy is resolved against the catalogue into a plan, checks turn the plan into
//! findings and a checked plan, and only a checked plan can be emitted. Each module imports only those below
//! it in this list, which a test reads.
#![forbid(unsafe_code)]

pub mod cli;

pub mod report;

pub mod output;

pub mod emit;

pub mod diff;

pub mod endpoints;

pub mod mac;

pub mod import;

pub mod check;

pub mod project;

pub mod profile;

pub mod policy;

pub mod plan;

pub mod catalog;

pub mod text;

pub mod value;

pub mod version;

pub mod document;

pub mod finding;
