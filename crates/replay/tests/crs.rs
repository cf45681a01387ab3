//! The Core Rule Set's own regression tests, in process: `BUCKLER_CRS` names a folder of the set with its `tests`.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test finds its corpus and fails loudly"
)]
use std::path::{Path, PathBuf};

use replay::exchange::{self, Setting};
use replay::ftw::{self, File, Overrides};
use ruleset::RuleSource;
use waf::{Limits, NoPersistence, Plan};

#[test]
fn the_rule_sets_own_tests_pass_at_level_4() {
    let Some(folder) = std::env::var_os("BUCKLER_CRS").map(PathBuf::from) else {
        println!("skipped: BUCKLER_CRS names no folder of the Core Rule Set");
        return;
    };
    let plan = plan(&folder);
    let overrides =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crs-overrides.yaml"))
            .unwrap();
    let overrides = Overrides::read(&overrides).unwrap();
    let client = exchange::loopback("test".to_owned(), 1_700_000_000_000_000);
    let setting = Setting { plan: &plan, persistence: &NoPersistence, client: &client };
    let mut files = Vec::new();
    list(&folder.join("tests"), &mut files);
    let (mut passed, mut failed) = (0, Vec::new());
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Ok(file) = File::read(&std::fs::read_to_string(&path).unwrap(), &name) else {
            failed.push(format!("{}: cannot be read", path.display()));
            continue;
        };
        for mut test in file.tests {
            overrides.apply(file.rule_id.unwrap(), &mut test);
            let why = test
                .stages
                .iter()
                .find_map(|stage| ftw::judge(&stage.output, &ftw::run(setting, stage).unwrap()));
            match why {
                None => passed += 1,
                Some(why) => {
                    failed.push(format!("{}-{}: {why}", file.rule_id.unwrap(), test.test_id.unwrap()))
                }
            }
        }
    }
    println!("{passed} passed, {} failed", failed.len());
    assert!(failed.is_empty() && passed > 0, "{passed} passed; these did not:\n{}", failed.join("\n"));
}

fn plan(folder: &Path) -> Plan {
    let source = RuleSource {
        paths: vec![folder.to_owned()],
        paranoia: Some(4),
        variables: ftw::CORE_RULE_SET_VARIABLES
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        detect_only: true,
        ..RuleSource::default()
    };
    let loaded = ruleset::load(&source);
    assert!(loaded.problems.iter().all(|problem| !problem.fatal), "{:?}", loaded.problems);
    Plan::compile(&loaded.rules, Limits::default()).unwrap()
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
            && path.parent().is_some_and(|parent| !parent.ends_with("regression"))
        {
            files.push(path);
        }
    }
}
