//! Renders what the other rooms say, for people and for programs; returns text and never prints.

pub mod findings;
mod visible;
