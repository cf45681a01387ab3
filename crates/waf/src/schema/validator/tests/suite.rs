//! JSON-Schema-Test-Suite, all of it. `BUCKLER_JSON_SCHEMA_TESTS` names its folder.
use super::super::Draft;
use super::{compiled, is_valid};
use crate::schema::tests::corpus::{documents, parsed};
use crate::seclang::corpus::folder;
use serde_json::Value;

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// What is judged otherwise on purpose: a file, words of the group and of the test, and why.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("draft2020-12/format.json", "only an annotation", "formats are enforced"),
    ("vocabulary.json", "no validation: invalid number", "all keywords hold, whatever a dialect leaves out"),
    (
        "format/idn-hostname.json",
        ": not false",
        "a name that is not checked: its tables are larger than the validator",
    ),
    ("format/idn-email.json", ": not false", "as above"),
    ("/defs.json", "json-schema.org/draft", "a metaschema is not carried, and nothing is fetched"),
    ("/definitions.json", "json-schema.org/draft", "as above"),
    ("/ref.json: remote ref, containing refs itself", "json-schema.org/draft", "as above"),
];

#[test]
fn the_suite_is_judged_as_it_says() {
    let Some(suite) = folder("BUCKLER_JSON_SCHEMA_TESTS") else { return };
    let mut remotes = Vec::new();
    documents(&suite.join("remotes"), &mut remotes);
    let remotes = remotes
        .iter()
        .map(|path| {
            let name =
                path.strip_prefix(suite.join("remotes")).expect("below").to_string_lossy().into_owned();
            (format!("http://localhost:1234/{name}"), parsed(path))
        })
        // Metaschemas, which refer to those of JSON Schema.
        .filter(|(_, document)| document.get("$vocabulary").is_none());
    let remotes: Vec<(String, Value)> = remotes.collect();
    let mut wrong = String::new();
    let drafts = [
        ("draft4", Draft::D4),
        ("draft6", Draft::D6),
        ("draft7", Draft::D7),
        ("draft2019-09", Draft::D2019),
        ("draft2020-12", Draft::D2020),
    ];
    for (name, draft) in drafts {
        let mut paths = Vec::new();
        documents(&suite.join("tests").join(name), &mut paths);
        let mut alike = 0;
        for path in paths {
            let file = path.strip_prefix(suite.join("tests")).expect("below").to_string_lossy().into_owned();
            for group in parsed(&path).as_array().into_iter().flatten() {
                let (more, told) = judged(&file, draft, group, &remotes);
                alike += more;
                wrong.push_str(&told);
            }
        }
        println!("{name}: {alike} tests alike");
    }
    assert_eq!(wrong, "");
}

/// How many tests of a group are judged as it says, and which are not.
fn judged(file: &str, draft: Draft, group: &Value, remotes: &[(String, Value)]) -> (usize, String) {
    let title = format!("{file}: {}", text(group, "description"));
    let is_known =
        |told: &str| OTHERWISE.iter().any(|(file, words, _)| told.contains(file) && told.contains(words));
    let mut told = String::new();
    let mut tell = |line: String| {
        if !is_known(&line) {
            told.push_str(&line);
        }
    };
    let mut alike = 0;
    match compiled(&group["schema"], draft, remotes) {
        Err(why) => tell(format!("{title}: refused: {why}\n")),
        Ok(validator) => {
            for test in group["tests"].as_array().into_iter().flatten() {
                if Value::Bool(is_valid(&validator, &test["data"].to_string())) == test["valid"] {
                    alike += 1;
                } else {
                    tell(format!("{title}: {}: not {}\n", text(test, "description"), test["valid"]));
                }
            }
        }
    }
    (alike, told)
}
