//! Scrubbing of folders that somebody made hard to scrub.
use super::files::{Known, known, scrub};
use std::collections::BTreeSet;
use std::path::PathBuf;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("buckler-isolation-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    #[expect(clippy::disallowed_methods, reason = "a test lays files down")]
    fn file(&self, name: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "x").unwrap();
        path
    }

    fn list(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0).is_ok();
    }
}

#[test]
fn everything_goes_and_links_are_not_followed() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let (folder, outside) = (Folder::new("all"), Folder::new("outside"));
    let precious = outside.file("precious");
    for name in ["a", ".hidden", "sub/deep/b", "sub/c"] {
        folder.file(name);
    }
    symlink(&outside.0, folder.0.join("link")).unwrap();
    symlink(&outside.0, folder.0.join("sub/link")).unwrap();
    std::fs::hard_link(&precious, folder.0.join("hard")).unwrap();
    std::fs::set_permissions(folder.0.join("sub"), std::fs::Permissions::from_mode(0o000)).unwrap();
    let scrubbed = scrub(&folder.0, &Known::default(), &BTreeSet::new(), true);
    assert_eq!(scrubbed.left, Vec::<String>::new());
    assert_eq!(scrubbed.removed.len(), 5);
    assert_eq!(folder.list(), Vec::<String>::new());
    assert!(precious.exists());
}

#[test]
fn depth_is_no_shelter() {
    let folder = Folder::new("deep");
    folder.file(&format!("{}end", "d/".repeat(300)));
    let scrubbed = scrub(&folder.0, &Known::default(), &BTreeSet::new(), true);
    assert_eq!((scrubbed.left, folder.list()), (Vec::new(), Vec::new()));
}

#[test]
fn what_the_initialisation_left_stays_while_it_is_unchanged() {
    let folder = Folder::new("known");
    folder.file("model/weights");
    folder.file("cache/entry");
    let before = known(&folder.0);
    folder.file("new");
    folder.file("cache/planted");
    let scrubbed = scrub(&folder.0, &before, &BTreeSet::new(), true);
    assert_eq!(folder.list(), ["model"]);
    assert_eq!(scrubbed.removed.len(), 2);
}

#[test]
fn what_the_policy_keeps_stays() {
    let folder = Folder::new("keep");
    folder.file("kept/x");
    folder.file("other");
    let keep = BTreeSet::from([folder.0.join("kept").to_str().unwrap().to_owned()]);
    scrub(&folder.0, &Known::default(), &keep, true);
    assert_eq!(folder.list(), ["kept"]);
}

#[test]
fn detection_removes_nothing() {
    let folder = Folder::new("detect");
    folder.file("a");
    let scrubbed = scrub(&folder.0, &Known::default(), &BTreeSet::new(), false);
    assert_eq!((scrubbed.removed, folder.list()), (vec!["a".to_owned()], vec!["a".to_owned()]));
}
