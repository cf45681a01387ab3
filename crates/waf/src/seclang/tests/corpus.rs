//! The corpora: the Core Rule Set, ModSecurity's regression tests. Skipped, with a line that says so, where they are not.
use crate::seclang::*;
use std::path::{Path, PathBuf};

/// Files on disk; a relative path is also looked for in the second folder, as ModSecurity looks in the working directory.
pub(crate) struct Disk {
    pub(crate) working: PathBuf,
}

#[expect(clippy::disallowed_methods, reason = "a test reads its corpus")]
impl Files for Disk {
    fn read(&self, path: &str, from: Option<&str>) -> Result<Vec<u8>, String> {
        std::fs::read(resolve(path, from))
            .or_else(|_| std::fs::read(self.working.join(path)))
            .map_err(|error| error.to_string())
    }

    fn list(&self, pattern: &str, from: Option<&str>) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        let full = match Path::new(pattern).is_absolute() {
            true => PathBuf::from(pattern),
            false if self.working.join(pattern).parent().is_some_and(Path::is_dir) => {
                self.working.join(pattern)
            }
            false => PathBuf::from(resolve(pattern, from)),
        };
        let folder = full.parent().ok_or("it has no folder")?;
        let last = full.file_name().and_then(|name| name.to_str()).ok_or("it names no file")?;
        for entry in std::fs::read_dir(folder).map_err(|error| error.to_string())? {
            let name = entry.map_err(|error| error.to_string())?.file_name().to_string_lossy().into_owned();
            if is_like(&name, last) {
                found.push(folder.join(name).to_string_lossy().into_owned());
            }
        }
        found.sort();
        Ok(found)
    }
}

#[expect(clippy::disallowed_methods, reason = "a test finds its corpus")]
pub(crate) fn folder(variable: &str) -> Option<PathBuf> {
    let folder = std::env::var(variable).ok().map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: {variable} names no folder");
    }
    folder
}

#[test]
fn the_core_rule_set_loads_without_a_problem() {
    let Some(folder) = folder("BUCKLER_CRS") else { return };
    let main = folder.join("buckler-test.conf").to_string_lossy().into_owned();
    struct WithMain(Disk, String, String);
    impl Files for WithMain {
        fn read(&self, path: &str, from: Option<&str>) -> Result<Vec<u8>, String> {
            if path == self.1 { Ok(self.2.clone().into_bytes()) } else { self.0.read(path, from) }
        }
        fn list(&self, pattern: &str, from: Option<&str>) -> Result<Vec<String>, String> {
            self.0.list(pattern, from)
        }
    }
    let text = "Include crs-setup.conf.example\nInclude rules/*.conf\n".to_owned();
    let files = WithMain(Disk { working: folder.clone() }, main.clone(), text);
    let (rules, problems) = load(&main, &files);
    let all: String = problems.iter().map(super::told).collect();
    assert_eq!(all, "");
    let heads = rules.items.iter().filter(|item| matches!(item, crate::rule::Item::Rule(_))).count();
    println!("{heads} rules, {} items", rules.items.len());
    assert!(heads > 600);
}

#[test]
fn debian_s_core_rule_set_loads() {
    let main = "/usr/share/modsecurity-crs/owasp-crs.load";
    if !Path::new(main).exists() {
        println!("skipped: no Debian package modsecurity-crs");
        return;
    }
    let (rules, problems) = load(main, &Disk { working: PathBuf::from("/") });
    let fatal: String = problems.iter().filter(|problem| problem.fatal).map(super::told).collect();
    assert_eq!(fatal, "");
    for problem in &problems {
        print!("{}", super::told(problem));
    }
    assert!(rules.items.len() > 400);
}
