//! Writes a fleet from a seed, its policy and its exemptions, and what `prefsmith audit` must say of it:
//! `fleet FOLDER MACS [SEED]`. For tests with other programs, and for whoever wants to try.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a program of tests, which may fail loudly"
)]

#[path = "../tests/common/fleet.rs"]
mod fleet;

use std::path::PathBuf;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().expect("fleet FOLDER MACS [SEED]"));
    let macs = arguments.next().expect("how many Macs").parse().unwrap();
    let seed = arguments.next().map_or(1, |seed| seed.parse().unwrap());
    std::fs::create_dir_all(root.join("macs")).unwrap();
    std::fs::write(root.join("fleet.toml"), fleet::POLICY).unwrap();
    std::fs::write(root.join("exempt.toml"), fleet::EXEMPTIONS).unwrap();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let totals = fleet::Fleet { seed, macs }.write(&root.join("macs"), threads);
    std::fs::write(root.join("expected.json"), format!("{:#}\n", totals.json())).unwrap();
}
