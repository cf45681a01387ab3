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

/// Files on disk, and one that is not.
pub(crate) struct WithMain {
    pub(crate) disk: Disk,
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Files for WithMain {
    fn read(&self, path: &str, from: Option<&str>) -> Result<Vec<u8>, String> {
        if path == self.name { Ok(self.text.clone().into_bytes()) } else { self.disk.read(path, from) }
    }

    fn list(&self, pattern: &str, from: Option<&str>) -> Result<Vec<String>, String> {
        self.disk.list(pattern, from)
    }
}

#[test]
fn the_core_rule_set_loads_without_a_problem() {
    let Some(folder) = folder("BUCKLER_CRS") else { return };
    let main = folder.join("buckler-test.conf").to_string_lossy().into_owned();
    let text = "Include crs-setup.conf.example\nInclude rules/*.conf\n".to_owned();
    let files = WithMain { disk: Disk { working: folder.clone() }, name: main.clone(), text };
    let (rules, problems) = load(&main, &files);
    let all: String = problems.iter().map(super::told).collect();
    assert_eq!(all, "");
    let heads = rules.items.iter().filter(|item| matches!(item, crate::rule::Item::Rule(_))).count();
    println!("{heads} rules, {} items", rules.items.len());
    assert!(heads > 600);
    super::assert_prints_the_same(&rules);
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
    super::assert_prints_the_same(&rules);
}

#[expect(clippy::disallowed_methods, reason = "a test reads its corpus")]
fn cases(folder: &Path) -> Vec<(String, serde_json::Value)> {
    let mut found = Vec::new();
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    names.sort();
    for path in names.iter().filter(|path| path.extension().is_some_and(|end| end == "json")) {
        let text = std::fs::read_to_string(path).expect("a file is there");
        let cases: serde_json::Value = serde_json::from_str(&text).expect("cases are JSON");
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        found.extend(cases.as_array().into_iter().flatten().map(|case| (file.clone(), case.clone())));
    }
    found
}

#[test]
fn rules_of_modsecurity_s_regression_tests_are_read_or_refused_as_there() {
    let Some(folder) = folder("BUCKLER_MODSECURITY_TESTS") else { return };
    let working = folder.ancestors().nth(2).expect("test-cases/regression").to_path_buf();
    let (mut read, mut refused, mut elsewhere) = (0, 0, 0);
    let mut differences = String::new();
    for (file, case) in cases(&folder) {
        let rules: Vec<&str> =
            case["rules"].as_array().into_iter().flatten().filter_map(|rule| rule.as_str()).collect();
        let text = rules.join("\n");
        let wants_error = case["expected"]["parser_error"].is_string();
        let name = working.join(format!("{file}.conf")).to_string_lossy().into_owned();
        let files = WithMain { disk: Disk { working: working.clone() }, name: name.clone(), text };
        let (rules, problems) = load(&name, &files);
        let fatal: Vec<&SeclangProblem> = problems.iter().filter(|problem| problem.fatal).collect();
        // Lua, the network, DTDs and XML schemas are told as not supported.
        let is_elsewhere = problems.iter().any(|problem| {
            ["supported", "machine", "fetched"].iter().any(|word| problem.message.contains(word))
        });
        if wants_error != fatal.is_empty() {
            if wants_error { refused += 1 } else { read += 1 }
        } else if wants_error || !is_elsewhere {
            let told: String = problems.iter().map(super::told).collect();
            differences.push_str(&format!("{file}: {}\n{}\n{told}\n", case["title"], files.text));
        } else {
            elsewhere += 1;
            println!("{file}: {}", fatal[0].message);
        }
        super::assert_prints_the_same(&rules);
    }
    println!("{read} read, {refused} refused, {elsewhere} not supported here");
    assert!(differences.is_empty(), "{differences}");
}
