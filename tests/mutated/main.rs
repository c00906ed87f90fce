//! The checks that `fuzz/` runs too, on stable Rust: files of the tests, damaged by a generator that gives the same numbers
//! everywhere. cargo-fuzz goes further (`scripts/fuzz`); this runs with every `cargo test`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests, which clippy.toml does not know as tests"
)]

mod checks;

use std::path::Path;

/// xorshift64*.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % limit.max(1)
    }

    fn one<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }
}

/// The files below a folder of the tests, small ones only: damage to a large file hits nothing.
fn files(folder: &str, endings: &[&str]) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let named = |path: &std::path::PathBuf| {
        endings.iter().any(|ending| path.to_str().is_some_and(|path| path.ends_with(ending)))
    };
    let list: Vec<Vec<u8>> =
        paths.iter().filter(|path| named(path)).map(|path| std::fs::read(path).unwrap()).collect();
    let small: Vec<Vec<u8>> =
        list.into_iter().filter(|bytes| !bytes.is_empty() && bytes.len() < 20_000).collect();
    assert!(!small.is_empty(), "{folder}");
    small
}

const PIECES: [&[u8]; 24] = [
    b"<dict>",
    b"</dict>",
    b"<array>",
    b"<key>PayloadContent</key>",
    b"<string>",
    b"<true/>",
    b"&#13;",
    b"<![CDATA[",
    b"]]>",
    b"\0",
    b"\xFF",
    b"\x80",
    b"\x30\x80",
    b"\x24\x80",
    b"\0\0",
    b"\xD1\x01\x02",
    b"\xA1",
    b"\x5F\x11\xFF\xFF",
    b"bplist00",
    b"[settings]\n",
    b"\"",
    b" = ",
    b"{ ",
    b"${user.upn}",
];

fn damaged(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.one(seeds).clone();
    if dice.below(2) == 0 && !bytes.is_empty() {
        // One byte, so that something is left to be read.
        let at = dice.below(bytes.len());
        bytes[at] = *dice.one(b"0aA> \0\x09\x11\x51");
        return bytes;
    }
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len());
        let end = (at + dice.below(30)).min(bytes.len());
        match dice.below(7) {
            0 | 1 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
            2 => drop(bytes.drain(at..end)),
            3 => drop(bytes.splice(at..at, dice.one(&PIECES).iter().copied())),
            4 => bytes.truncate(at),
            5 => {
                let copy = bytes[at..end].to_vec();
                let to = dice.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => {
                // The tail of another file.
                let other = dice.one(seeds);
                let from = dice.below(other.len());
                bytes.truncate(at);
                bytes.extend(&other[from..]);
            }
        }
    }
    bytes
}

fn run(seeds: &[Vec<u8>], rounds: usize, check: fn(&[u8]) -> bool) {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut read = seeds.iter().filter(|seed| check(seed)).count();
    for round in 0..rounds {
        let bytes = damaged(seeds, &mut dice);
        let found = std::panic::catch_unwind(|| check(&bytes));
        let Ok(accepted) = found else { panic!("round {round}: b\"{}\"", bytes.escape_ascii()) };
        read += usize::from(accepted);
    }
    // Both ways were walked.
    assert!((rounds / 50..rounds - rounds / 50).contains(&read), "{read} of {rounds} were read");
}

/// The hostile ones, and good ones in every form.
#[expect(clippy::disallowed_methods, reason = "the plist crate makes binary files of those that are XML")]
fn property_lists() -> Vec<Vec<u8>> {
    let mut list = files("tests/hostile", &[".plist", ".mobileconfig"]);
    for xml in files("tests/fixtures", &[".mobileconfig"]) {
        let mut binary = Vec::new();
        plist::Value::from_reader_xml(xml.as_slice()).unwrap().to_writer_binary(&mut binary).unwrap();
        let text = String::from_utf8(xml.clone()).unwrap().replace("UTF-8", "UTF-16");
        let wide = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let forms = [xml, binary, wide];
        list.extend(forms.iter().cycle().take(12).cloned());
    }
    list
}

#[test]
fn any_file_at_the_door() {
    run(&property_lists(), 3000, checks::door);
}

#[test]
fn xml_inside_a_property_list() {
    run(&property_lists(), 1000, checks::xml);
}

#[test]
fn objects_of_a_binary_property_list() {
    let objects: Vec<Vec<u8>> = [
        b"\x05\xD2\x01\x02\x03\x04\x02\x51a\x02\x51b\x01\x09\x09\x13\0\0\0\0\0\0\0\x05".to_vec(),
        b"\x03\xA2\x01\x01\x03\x61\0\xFC\x09\x33\x41\xB0\0\0\0\0\0\0".to_vec(),
    ]
    .to_vec();
    run(&objects, 8000, checks::binary);
}

#[test]
fn a_signed_message() {
    run(
        &files("tests/hostile", &["signed.mobileconfig", "pieces.mobileconfig", "pem.mobileconfig"]),
        3000,
        checks::cms,
    );
}

#[test]
fn a_policy() {
    run(&files("tests/broken", &[".toml"]), 400, checks::policy);
}

#[test]
fn what_an_mdm_hands_out() {
    run(&files("tests/cmd/import.in", &[".xml"]), 1500, checks::opened);
}

#[test]
fn a_project_file() {
    let folders = ["tests/cmd/project.in", "tests/cmd/project.in/exact", "docs/example"];
    let seeds: Vec<_> = folders.iter().flat_map(|folder| files(folder, &["prefsmith.toml"])).collect();
    run(&seeds, 1500, checks::project);
}

#[test]
fn a_profile() {
    run(&property_lists(), 1000, checks::profile);
}
