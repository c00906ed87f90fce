//! Builds on disks that fail, on a computer that dies, and on a disk that does not tell case apart; single files.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests prepare folders and look at what became of them")]

mod builds;
mod disks;
mod faults;
mod folding;
mod interrupted;
mod single;
