//! What the commands work on: policies, profiles and a Mac, in a folder of their own.

use crate::support::{LARGEST, every_key, every_key_of_scripts};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// How many policies "many" are.
pub const MANY: usize = 1000;
/// How many profiles a folder of an organisation may have.
const PROFILES: usize = 164;
/// How many profiles are too many for a person to look at.
const MASSES: usize = 2000;

/// A profile of some 60 lines, in one of the two forms, that gives no errors.
fn profile(number: usize) -> String {
    let text = |key: &str, value: &str| format!("\t<key>{key}</key>\n\t<string>{value}</string>\n");
    let envelope = |kind: &str, id: &str, uuid: usize| {
        let version = "\t<key>PayloadVersion</key>\n\t<integer>1</integer>\n";
        let uuid = format!("{uuid:08X}-0000-4000-8000-00000000000A");
        [&text("PayloadType", kind), version, &text("PayloadIdentifier", id), &text("PayloadUUID", &uuid)]
            .concat()
    };
    let id = format!("com.example.bench.p{number}");
    let keys: String = (0..12)
        .map(|key| {
            format!("\t<key>Setting{key}</key>\n\t<string>a value of some length, number {key}</string>\n")
        })
        .collect();
    let domain = format!("com.example.agent{number}");
    let forced = |domain: &str, keys: &str| {
        format!(
            "<key>{domain}</key><dict><key>Forced</key><array><dict>\n<key>mcx_preference_settings</key>\n\
             <dict>\n{keys}</dict></dict></array></dict>\n"
        )
    };
    let (kind, inside) = if number.is_multiple_of(2) {
        let outlook = forced("com.microsoft.Outlook", "\t<key>DisableImport</key>\n\t<true/>\n");
        let domains = outlook + &forced(&domain, &keys);
        let inside = format!("<key>PayloadContent</key><dict>{domains}</dict>\n");
        ("com.apple.ManagedClient.preferences", inside)
    } else {
        (domain.as_str(), keys)
    };
    let payload = envelope(kind, &format!("{id}.settings"), 2 * number + 2) + &inside;
    let head = envelope("Configuration", &id, 2 * number + 1);
    let more = text("PayloadDisplayName", "Bench") + &text("PayloadScope", "System");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n{head}{more}\
         \t<key>PayloadContent</key>\n<array>\n<dict>\n{payload}</dict>\n</array>\n</dict>\n</plist>\n"
    )
}

/// The policies, in a folder of their own.
pub fn prepare() -> (TempDir, usize) {
    // Where it lies decides what flushing costs: TMPDIR=/dev/shm leaves the disk out.
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let (every, count) = every_key();
    write("ready-made.toml", LARGEST.1);
    write("every-key.toml", &every);
    write("scripts.toml", &every_key_of_scripts().0);
    std::fs::create_dir(folder.path().join("many")).unwrap();
    for number in 0..MANY {
        let text = LARGEST.1.replacen("\"com.example.", &format!("\"com.example.n{number}."), 1);
        assert_ne!(text, LARGEST.1, "the policies differ in their id");
        write(&format!("many/n{number:04}.toml"), &text);
    }
    std::fs::create_dir(folder.path().join("profiles")).unwrap();
    for number in 0..PROFILES {
        write(&format!("profiles/p{number:03}.mobileconfig"), &profile(number));
    }
    std::fs::create_dir(folder.path().join("masses")).unwrap();
    for number in 0..MASSES {
        write(&format!("masses/p{number:04}.mobileconfig"), &profile(number));
    }
    write("identity.pem", include_str!("../../tests/cmd/sign.in/identity.pem"));
    write("site.toml", include_str!("../../tests/cmd/manifests.in/site.toml"));
    write("write_profile.py", include_str!("../write_profile.py"));
    mac(folder.path());
    (folder, count)
}

/// A Mac of twelve files of preferences, in binary as macOS writes them, and the policy that it follows: a folder, and an
/// archive of it.
fn mac(folder: &Path) {
    let keys = |from: u32, count: u32| -> plist::Dictionary {
        (from..from + count)
            .map(|n| (format!("Key{n}"), plist::Value::String(format!("value {n}"))))
            .collect()
    };
    let mut policy = "[policy]\nid = \"com.example.mac\"\n".to_owned();
    let mut files: Vec<(String, plist::Dictionary)> = Vec::new();
    for app in 0..6_u32 {
        let domain = format!("com.example.app{app}");
        let _ = write!(policy, "\n[custom.\"{domain}\"]\n");
        for n in 0..5 {
            let _ = writeln!(policy, "Key{n} = \"value {n}\"");
        }
        files.push((format!("Library/Managed Preferences/{domain}.plist"), keys(0, 20)));
        if app < 4 {
            files.push((format!("Users/anna/Library/Preferences/{domain}.plist"), keys(3, 60)));
        }
    }
    files.push(("Users/anna/Library/Preferences/.GlobalPreferences.plist".to_owned(), keys(100, 120)));
    files.push(("Library/Preferences/com.example.app0.plist".to_owned(), keys(0, 10)));
    assert_eq!(files.len(), 12);
    let gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut archive = tar::Builder::new(gz);
    for (path, content) in files {
        let mut bytes = Vec::new();
        plist::Value::Dictionary(content).to_writer_binary(&mut bytes).unwrap();
        let place = folder.join("mac").join(&path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, &bytes).unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(bytes.len()).unwrap());
        header.set_mode(0o644);
        archive.append_data(&mut header, path, bytes.as_slice()).unwrap();
    }
    std::fs::write(folder.join("mac.tar.gz"), archive.into_inner().unwrap().finish().unwrap()).unwrap();
    std::fs::write(folder.join("mac.toml"), policy).unwrap();
    std::fs::write(folder.join("read_mac.py"), include_str!("../read_mac.py")).unwrap();
}

/// Commands about profiles and manifests of somebody's own, where the environment names folders of them: all of the
/// profiles, the one in the middle when they are sorted by size, and 2,000 that are made of them in `folder`. Each with
/// its name, and how seldom it is run.
pub fn given(prefsmith: &str, folder: &Path) -> Vec<(String, Vec<String>, usize)> {
    let named = |name: &str| std::env::var(name).ok().and_then(|path| std::fs::canonicalize(path).ok());
    let Some(profiles) = named("PREFSMITH_BENCH_PROFILES") else { return Vec::new() };
    let manifests = named("PREFSMITH_BENCH_MANIFESTS");
    let mut files: Vec<(u64, PathBuf)> = Vec::new();
    let mut open = vec![profiles.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let data = entry.metadata().unwrap();
            if data.is_dir() {
                open.push(entry.path());
            } else if entry.path().extension().is_some_and(|of| of == "mobileconfig") {
                files.push((data.len(), entry.path()));
            }
        }
    }
    files.sort();
    let one = files.get(files.len() / 2).map(|(_, path)| path.clone()).unwrap();
    let masses = folder.join("given");
    std::fs::create_dir(&masses).unwrap();
    for (number, (_, path)) in files.iter().cycle().take(MASSES).enumerate() {
        let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        let copy = masses.join(format!("p{number:04}.mobileconfig"));
        std::fs::write(copy, renamed(&text, number / files.len())).unwrap();
    }
    let mut cases = Vec::new();
    let paths = [("one profile", &one, 1), ("all profiles", &profiles, 1), ("2,000 profiles", &masses, 10)];
    for (name, path, every) in paths {
        let command = [prefsmith, "check", "--no-project", path.to_str().unwrap()].map(str::to_owned);
        cases.push((format!("{name}, given: check"), command.to_vec(), every));
        if let Some(manifests) = &manifests {
            let with = ["--manifests", manifests.to_str().unwrap()].map(str::to_owned);
            let command = [command.to_vec(), with.to_vec()].concat();
            cases.push((format!("{name}, given: check, with --manifests"), command, every));
        }
    }
    cases
}

/// A copy of a profile with identifiers and UUIDs of its own; the first is the profile itself.
fn renamed(text: &str, copy: usize) -> String {
    if copy == 0 {
        return text.to_owned();
    }
    let text = values(text, "PayloadIdentifier", |value| format!("c{copy}.{value}"));
    values(&text, "PayloadUUID", |value| format!("{copy:04X}{}", value.get(4..).unwrap_or("")))
}

/// The text with another value of each key of a name. `new` gets the old one, and all that stands behind it.
fn values(text: &str, key: &str, new: impl Fn(&str) -> String) -> String {
    let key = format!("<key>{key}</key>");
    let mut parts = text.split(&key);
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        out.push_str(&key);
        match part.split_once("<string>") {
            Some((gap, value)) if gap.trim().is_empty() => {
                let _ = write!(out, "{gap}<string>{}", new(value));
            }
            _ => out.push_str(part),
        }
    }
    out
}
