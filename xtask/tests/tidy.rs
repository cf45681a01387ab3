//! What a reader may rely on, held by tests instead of memory.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test reads files and fails loudly"
)]
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::root;

/// Compares a generated text with its file; `UPDATE=1` writes it.
fn current(path: &str, expected: &str) -> Result<(), String> {
    let file = root().join(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, expected).unwrap();
        return Ok(());
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    if found == expected { Ok(()) } else { Err(format!("`{path}` is not current; run `cargo xtask pages`")) }
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join("crates"), root().join("xtask")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn manifests() -> Vec<PathBuf> {
    let crates = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path());
    crates.chain([root().join("xtask")]).map(|folder| folder.join("Cargo.toml")).collect()
}

#[test]
fn source_files_are_short_and_say_what_they_are() {
    let mut wrong = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root()).unwrap().display();
        if text.lines().count() > 600 {
            wrong.push(format!("{name}: {} lines", text.lines().count()));
        }
        let is_test = path.to_string_lossy().contains("tests");
        if !text.starts_with("//!") && !is_test {
            wrong.push(format!("{name}: does not begin with `//!`"));
        }
        if text.contains(concat!("todo", "!(")) || text.contains(concat!("FIX", "ME")) {
            wrong.push(format!("{name}: is not finished"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn versions_and_features_stand_in_the_root_manifest() {
    for path in manifests() {
        let text = fs::read_to_string(&path).unwrap();
        let mut section = "";
        for line in text.lines() {
            if line.starts_with('[') {
                section = line;
            }
            if !section.ends_with("dependencies]") || line.starts_with('[') || !line.contains('=') {
                continue;
            }
            let is_shared = line.contains("workspace = true") && !line.contains("features");
            assert!(is_shared, "{}: `{line}`", path.display());
        }
    }
}

#[test]
fn crates_depend_as_the_architecture_says() {
    let output = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours: BTreeSet<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        let used = package["dependencies"].as_array().unwrap().iter();
        let used =
            used.filter(|dependency| dependency["kind"].is_null()).filter_map(|one| one["name"].as_str());
        let used = used.filter(|name| ours.contains(name)).collect();
        edges.insert(package["name"].as_str().unwrap(), used);
    }
    let lines: String = edges
        .iter()
        .map(|(name, used)| format!("{name} -> {}\n", used.iter().copied().collect::<Vec<_>>().join(", ")))
        .collect();
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let (before, rest) = page.split_once("```text\n").unwrap();
    let (_, after) = rest.split_once("```").unwrap();
    current("docs/architecture.md", &format!("{before}```text\n{lines}```{after}")).unwrap();
    for (name, used) in &edges {
        let floor = floor(name);
        assert!(used.iter().all(|used| floor_below(used, floor)), "{name} uses {used:?}");
    }
}

fn floor(name: &str) -> u8 {
    match name {
        "model" | "mutate" | "preload" | "strict" => 1,
        "iac" | "iam" | "code" | "sensitive" | "supply" | "store" | "waf" => 2,
        // `access` shares its limits through `store::State`.
        "access" => 3,
        "checks" | "replay" | "report" | "ruleset" => 3,
        "gateway" | "policy" | "testkit" => 4,
        "attack" | "guard" | "host" => 5,
        "buckler" => 6,
        "xtask" => 7,
        other => panic!("`{other}` has no floor; give it one here and in docs/architecture.md"),
    }
}

fn floor_below(name: &str, floor_of_user: u8) -> bool {
    floor(name) < floor_of_user
}

/// Direct dependencies outside of the workspace that a core crate may have.
#[test]
fn core_crates_stay_light() {
    let allowed: &[(&str, &[&str])] = &[
        ("model", &[]),
        ("checks", &[]),
        ("iam", &["csv", "flate2", "jsonc-parser", "serde", "serde_json", "toml"]),
        ("sensitive", &["aho-corasick", "memchr", "sha2"]),
        (
            "waf",
            &[
                "aho-corasick",
                "brotli-decompressor",
                "encoding_rs",
                "flate2",
                "ipnet",
                "libinjectionrs",
                "md-5",
                "memchr",
                "regex-automata",
                "regex-syntax",
                "ruzstd",
                "serde",
                "serde_json",
                "sha1",
                "siphasher",
                "thiserror",
            ],
        ),
        ("ruleset", &[]),
        ("replay", &["base64", "regex-automata", "serde", "serde-saphyr", "serde_json", "thiserror"]),
        (
            "supply",
            &[
                "cvss",
                "granit-parser",
                "lzma-rust2",
                "quick-xml",
                "serde",
                "serde_json",
                "sha2",
                "tar",
                "thiserror",
                "toml",
                "zip",
            ],
        ),
        ("iac", &["granit-parser", "hcl-edit", "toml", "base64"]),
        (
            "report",
            &["serde", "serde_json", "sha2", "anstyle", "pulldown-cmark", "thiserror", "unicode-width"],
        ),
    ];
    for (name, allowed) in allowed {
        let text = fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).unwrap();
        let section = text.split("[dependencies]").nth(1).unwrap_or_default();
        let section = section.split("\n[").next().unwrap_or_default();
        for line in section.lines() {
            let Some(dependency) = line.split(['.', ' ', '=']).next().filter(|word| !word.is_empty()) else {
                continue;
            };
            let is_ours = root().join("crates").join(dependency).exists();
            assert!(is_ours || allowed.contains(&dependency), "`{name}` must not use `{dependency}`");
        }
    }
}

#[test]
fn ids_of_checks_are_a_promise() {
    let ids: String = checks::all().map(|check| format!("{} {}\n", check.id, check.area_name())).collect();
    current("docs/checks/ids.txt", &ids).unwrap();
}

#[test]
fn every_check_has_its_current_page() {
    let all: Vec<_> = checks::all().collect();
    let mut pages: BTreeMap<String, String> =
        all.iter().map(|check| (format!("{}.md", check.id), report::check_page(check))).collect();
    pages.insert("README.md".to_owned(), report::checks_index(&all));
    let wrong: Vec<String> =
        pages.iter().filter_map(|(name, text)| current(&format!("docs/checks/{name}"), text).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for entry in fs::read_dir(root().join("docs/checks")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if std::env::var_os("UPDATE").is_some() && name.ends_with(".md") && !pages.contains_key(&name) {
            fs::remove_file(entry.path()).unwrap();
            continue;
        }
        assert!(pages.contains_key(&name) || name == "ids.txt", "docs/checks/{name} belongs to no check");
    }
}

#[test]
fn the_model_page_lists_every_kind_and_attribute() {
    let mut page =
        "# The model\n\nKinds of nodes and their attributes. Generated from `model::schema`.\n".to_owned();
    for schema in model::schema::all() {
        page += &format!(
            "\n## {}\n\n| attribute | holds | meaning |\n| --- | --- | --- |\n",
            schema.kind.as_str()
        );
        for attribute in schema.attributes {
            page += &format!("| `{}` | {} | {} |\n", attribute.name, shape(attribute.shape), attribute.doc);
        }
    }
    current("docs/model.md", &page).unwrap();
}

fn shape(shape: model::schema::Shape) -> String {
    match shape {
        model::schema::Shape::Link(relation) => format!("link: {}", relation.as_str()),
        other => format!("{other:?}").to_lowercase(),
    }
}

#[test]
fn links_in_the_documentation_lead_somewhere() {
    let mut wrong = Vec::new();
    for page in ["README.md", "docs/architecture.md", "docs/comparison.md", "docs/checks/README.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let is_file = !target.contains("://") && !target.is_empty();
            if is_file && !root().join(page).parent().unwrap_or(Path::new(".")).join(target).exists() {
                wrong.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
