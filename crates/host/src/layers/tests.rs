//! Archives that somebody made to get out, and layers over each other.
use super::merge;
use crate::unpack::{Budget, UnpackError, unpack};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("buckler-layers-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

enum Entry<'a> {
    File(&'a str, &'a [u8], u32),
    Link(&'a str, &'a str),
}

fn zipped(place: &Path, entries: &[Entry<'_>]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(place).unwrap());
    for entry in entries {
        match entry {
            Entry::File(name, bytes, mode) => {
                zip.start_file(*name, SimpleFileOptions::default().unix_permissions(*mode)).unwrap();
                zip.write_all(bytes).unwrap();
            }
            Entry::Link(name, target) => {
                zip.add_symlink(*name, *target, SimpleFileOptions::default()).unwrap();
            }
        }
    }
    zip.finish().unwrap();
}

fn unpacked(name: &str, entries: &[Entry<'_>]) -> (Folder, Result<(), UnpackError>) {
    let folder = Folder::new(name);
    let archive = folder.0.join("layer.zip");
    zipped(&archive, entries);
    let result = unpack(&archive, &folder.0.join("in/side"));
    (folder, result)
}

#[test]
fn an_archive_becomes_a_folder_with_its_links_and_modes() {
    let (folder, result) = unpacked(
        "whole",
        &[
            Entry::Link("python/lib/current", "../v1"),
            Entry::File("python/v1/a.py", b"A = 1", 0o600),
            Entry::File("./extensions/one", b"#!/bin/sh", 0o4755),
            Entry::Link("bin", "python/v1"),
        ],
    );
    result.unwrap();
    let root = folder.0.join("in/side");
    assert_eq!(std::fs::read(root.join("python/lib/current/a.py")).unwrap(), b"A = 1");
    assert_eq!(std::fs::read(root.join("bin/a.py")).unwrap(), b"A = 1");
    let mode = |name: &str| std::fs::metadata(root.join(name)).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode("extensions/one"), mode("python/v1/a.py")), (0o755, 0o644));
}

#[test]
fn nothing_leads_out_of_the_folder() {
    let file = |name| Entry::File(name, b"x", 0o644);
    let ways: Vec<(&str, Vec<Entry<'_>>)> = vec![
        ("climbs", vec![file("../out")]),
        ("climbs-later", vec![file("a/../../out")]),
        ("absolute", vec![file("/out")]),
        ("backslash", vec![file("a\\..\\out")]),
        ("link", vec![Entry::Link("a", "../../out")]),
        ("link-absolute", vec![Entry::Link("a", "/etc")]),
        ("link-too-high", vec![Entry::Link("a/b", "../../../out")]),
        // Each alone stays inside; together they climb.
        ("links-together", vec![Entry::Link("here", "."), Entry::Link("a", "here/../../out")]),
        ("link-on-the-way", vec![Entry::Link("d", "e/f"), Entry::Link("d/up", "../../x"), file("e/f/g")]),
        ("file-through-link", vec![Entry::Link("d", "e"), file("d/x")]),
    ];
    for (name, entries) in ways {
        let (folder, result) = unpacked(name, &entries);
        assert!(result.is_err(), "{name}");
        let outside: Vec<_> =
            std::fs::read_dir(&folder.0).unwrap().flatten().map(|one| one.file_name()).collect();
        assert_eq!(outside.len(), 2, "{name}: {outside:?}");
    }
}

#[test]
fn a_bomb_is_refused_before_it_is_large() {
    let zeros = vec![0; 40 << 20];
    let (folder, result) = unpacked("bomb", &[Entry::File("zeros", &zeros, 0o644)]);
    assert!(matches!(result, Err(UnpackError::Ratio(_))), "{result:?}");
    assert!(std::fs::metadata(folder.0.join("in/side/zeros")).unwrap().len() < 20 << 20);
}

#[test]
fn a_later_layer_wins_and_never_writes_through_a_link() {
    let folder = Folder::new("merge");
    let write = |path: &str, text: &str| {
        let path = folder.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    for (path, text) in [
        ("a/python/x.py", "1"),
        ("a/python/y.py", "1"),
        ("b/python/x.py", "2"),
        ("b/bin/tool", "2"),
        ("out/kept", "kept"),
    ] {
        write(path, text);
    }
    std::os::unix::fs::symlink(folder.0.join("out"), folder.0.join("a/bin")).unwrap();
    let mut budget = Budget::new();
    for layer in ["a", "b"] {
        merge::lay(&folder.0.join(layer), &folder.0.join("opt"), &mut budget).unwrap();
    }
    let text = |path: &str| std::fs::read_to_string(folder.0.join("opt").join(path)).unwrap();
    assert_eq!(
        (text("python/x.py"), text("python/y.py"), text("bin/tool")),
        ("2".into(), "1".into(), "2".into())
    );
    assert!(!folder.0.join("out/tool").exists(), "the earlier layer's link was not followed");
}
