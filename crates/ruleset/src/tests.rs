//! What is loaded, in which order, with which settings.
use super::*;
use waf::rule::Item;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = Self(std::env::temp_dir().join(format!("ruleset-{name}-{}", std::process::id())));
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    #[expect(clippy::disallowed_methods, reason = "a test writes its files")]
    fn write(&self, path: &str, text: &str) {
        let file = self.0.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn load(&self, path: &str) -> Loaded {
        load(&RuleSource { paths: vec![self.0.join(path)], ..RuleSource::default() })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn ids(loaded: &Loaded) -> Vec<u64> {
    let rules = loaded.rules.items.iter();
    rules.filter_map(|item| if let Item::Rule(rule) = item { Some(rule.id) } else { None }).collect()
}

#[test]
fn rules_without_settings_get_ours_and_others_keep_theirs() {
    let rule = "SecRule ARGS \"@rx a\" \"id:1,phase:2,pass\"\n";
    let folder = Folder::new(
        "settings",
        &[("bare.conf", rule), ("own.conf", &format!("SecRuleEngine DetectionOnly\n{rule}"))],
    );
    let bare = folder.load("bare.conf");
    assert!(bare.problems.is_empty(), "{:?}", bare.problems);
    assert_eq!(ids(&bare), [7_700_001, 7_700_002, 7_700_003, 7_700_004, 7_700_005, 1]);
    assert_eq!(
        (bare.rules.config.engine, bare.rules.config.request_body_access),
        (Some(EngineMode::On), Some(true))
    );
    let own = folder.load("own.conf");
    assert_eq!(ids(&own), [1]);
    assert_eq!(
        (own.rules.config.engine, own.rules.config.request_body_access),
        (Some(EngineMode::DetectionOnly), None)
    );
}

#[test]
fn a_folder_of_the_core_rule_set_is_set_up_before_its_rules() {
    let action = |id: u32| format!("SecAction \"id:{id},phase:1,pass,nolog\"\n");
    let folder = Folder::new(
        "crs",
        &[
            ("crs-setup.conf.example", &action(1)),
            ("rules/B.conf", &action(3)),
            ("rules/A.conf", &action(2)),
            ("rules/C.data", "no rules"),
        ],
    );
    let source = RuleSource {
        paths: vec![folder.0.clone()],
        paranoia: Some(2),
        before: action(10),
        after: action(20),
        ..RuleSource::default()
    };
    let loaded = load(&source);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let own: Vec<u64> = ids(&loaded).into_iter().filter(|id| !(7_700_001..7_700_100).contains(id)).collect();
    assert_eq!(own, [1, 7_700_000, 10, 2, 3, 20]);
}

#[test]
fn the_digest_changes_with_what_stands_in_a_file() {
    let folder = Folder::new("digest", &[("a.conf", "Include b.conf\n"), ("b.conf", "# one\n")]);
    let first = folder.load("a.conf");
    assert_eq!(folder.load("a.conf").digest, first.digest);
    assert_eq!(first.files.len(), 2);
    folder.write("b.conf", "# two\n");
    assert_ne!(folder.load("a.conf").digest, first.digest);
}

#[test]
fn a_file_that_is_not_there_is_told_and_fatal() {
    let loaded = Folder::new("absent", &[]).load("absent.conf");
    assert!(loaded.problems.iter().any(|problem| problem.fatal), "{:?}", loaded.problems);
}

#[test]
fn stars_and_question_marks() {
    for (pattern, name, expected) in [
        ("*.conf", "a.conf", true),
        ("*.conf", "a.conf.example", false),
        ("REQUEST-9??-*.conf", "REQUEST-901-INITIALIZATION.conf", true),
        ("*", "", true),
        ("a*b*c", "axxbyybzc", true),
        ("a*b*c", "axxbyybz", false),
    ] {
        assert_eq!(matches_glob(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
    }
}
