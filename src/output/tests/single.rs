//! Single files: in place of what is there, and never in part.

use crate::output::write_over;
use std::fs;

#[test]
fn a_file_takes_the_place_of_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/page.1");
    write_over(&path, b"one").unwrap();
    write_over(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    // What an interrupted call left is no obstacle, and stays nowhere.
    fs::write(path.with_file_name(".prefsmith-new.page.1"), "half").unwrap();
    write_over(&path, b"three").unwrap();
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_symlink_is_replaced_and_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (other, path) = (folder.path().join("other"), folder.path().join("page.1"));
    fs::write(&other, "kept").unwrap();
    std::os::unix::fs::symlink(&other, &path).unwrap();
    write_over(&path, b"new").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"kept");
    assert!(fs::symlink_metadata(&path).unwrap().is_file());
}

#[test]
fn a_folder_in_the_way_is_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.1");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("inside"), "kept").unwrap();
    assert!(write_over(&path, b"new").is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(path.join("inside").exists());
}
