//! Documents and schemas of others. `BUCKLER_OPENAPI` names a folder with documents of `OpenAPI` 3.0 and 3.1 in JSON,
//! `BUCKLER_JSON_SCHEMA_TESTS` the folder of `JSON-Schema-Test-Suite`.
use crate::Fields;
use crate::schema::{Api, Request, Strictness};
use crate::seclang::corpus::folder;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

pub(in crate::schema) fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            documents(&path, found);
        } else if path.extension().is_some_and(|end| end == "json") {
            found.push(path);
        }
    }
    found.sort();
}

pub(in crate::schema) fn parsed(path: &Path) -> Value {
    #[expect(clippy::disallowed_methods, reason = "a test reads its corpus")]
    let bytes = std::fs::read(path).expect("a file");
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Documents that are refused, with what in them is wrong.
const REFUSED: &[(&str, &str)] = &[
    ("schema-validation-local.json", "names draft 05, which never was"),
    ("schema-validation-top-level.json", "names draft 05, which never was"),
];

#[test]
fn documents_of_public_interfaces_load() {
    let Some(folder) = folder("BUCKLER_OPENAPI") else { return };
    let mut paths = Vec::new();
    documents(&folder, &mut paths);
    let (mut loaded, mut wrong) = (0, String::new());
    for path in &paths {
        let document = parsed(path);
        let version = document.get("openapi").and_then(Value::as_str).unwrap_or_default();
        if !version.starts_with("3.0") && !version.starts_with("3.1") {
            continue;
        }
        let name = path.strip_prefix(&folder).unwrap_or(path).to_string_lossy().into_owned();
        match Api::read(&document) {
            Ok(_) => loaded += 1,
            Err(_) if REFUSED.iter().any(|(known, _)| name.ends_with(known)) => {}
            Err(problems) => {
                wrong.push_str(&format!("{name}: {} problems\n", problems.len()));
                for problem in problems.iter().take(3) {
                    wrong.push_str(&format!("    {}: {}\n", problem.place, problem.message));
                }
            }
        }
    }
    println!("{loaded} documents load");
    assert_eq!(wrong, "");
}

/// Tests that this reader judges otherwise on purpose.
const OTHERWISE: &[(&str, &str)] = &[
    ("draft2020-12/format.json", "formats are checked, where the suite takes them for remarks"),
    ("draft2020-12/vocabulary.json", "a schema is judged by all keywords, whatever its dialect leaves out"),
];

/// Where the suite's schemas stand in the document.
const PLACE: &str = "#/paths/~1x/post/requestBody/content/application~1json/schema";

/// References of a schema that is a document of its own, as references of the document that it is put into.
fn placed(schema: &mut Value) {
    match schema {
        Value::Array(values) => values.iter_mut().for_each(placed),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "$ref" && (text == "#" || text.starts_with("#/")) => {
                        *text = format!("{PLACE}{}", text.get(1..).unwrap_or_default());
                    }
                    _ if matches!(name.as_str(), "const" | "enum") => {}
                    value => placed(value),
                }
            }
        }
        _ => {}
    }
}

/// What came of the tests of a draft.
#[derive(Debug, Default)]
struct Counts {
    alike: usize,
    /// Groups of tests whose schema is refused, and told.
    refused: usize,
    wrong: String,
}

/// The suite through the whole way: a document, a request, a verdict.
fn verdicts(draft: &str, version: &str, suite: &Path) -> Counts {
    let mut paths = Vec::new();
    documents(&suite.join("tests").join(draft), &mut paths);
    let mut counts = Counts::default();
    for path in paths {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let file = format!("{draft}/{name}");
        if path.parent().is_some_and(|folder| !folder.ends_with(draft))
            || OTHERWISE.iter().any(|(known, _)| *known == file)
        {
            continue;
        }
        for group in parsed(&path).as_array().into_iter().flatten() {
            judged(&file, version, group, &mut counts);
        }
    }
    counts
}

fn judged(file: &str, version: &str, group: &Value, counts: &mut Counts) {
    let mut schema = group.get("schema").cloned().unwrap_or_default();
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("$schema");
    }
    // A schema with names of its own is put in as it is: what its references mean then cannot be found, which must be told.
    let text_of_it = schema.to_string();
    let is_named = ["\"$id\"", "\"id\"", "nchor\"", "\"$dynamic", "http://", "https://"]
        .iter()
        .any(|word| text_of_it.contains(word));
    if !is_named {
        placed(&mut schema);
    }
    let document = json!({"openapi": version, "paths": {"/x": {"post": {
        "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}}, "responses": {}}}}});
    let title = format!("{file}: {}", text(group, "description"));
    let api = match Api::read(&document) {
        Ok(api) => api,
        Err(problems) => {
            counts.refused += 1;
            let first = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
            if !is_named && !first.contains("is no keyword of this version") {
                counts.wrong.push_str(&format!("{title}: refused: {first}\n"));
            }
            return;
        }
    };
    let none = Fields::default();
    for test in group.get("tests").and_then(Value::as_array).into_iter().flatten() {
        let body = test.get("data").cloned().unwrap_or_default().to_string();
        let request = Request {
            method: "POST",
            path: "/x",
            query: "",
            headers: &none,
            cookies: &none,
            content_type: "application/json",
            body: body.as_bytes(),
        };
        let is_valid = api.check_request(&request, Strictness::default()).is_empty();
        if Some(is_valid) == test.get("valid").and_then(Value::as_bool) {
            counts.alike += 1;
        } else {
            counts.wrong.push_str(&format!("{title}: {}: {is_valid}\n", text(test, "description")));
        }
    }
}

#[test]
fn schemas_of_the_json_schema_test_suite_judge_alike() {
    let Some(suite) = folder("BUCKLER_JSON_SCHEMA_TESTS") else { return };
    for (draft, version, least) in [("draft2020-12", "3.1.0", 1_000), ("draft4", "3.0.3", 300)] {
        let counts = verdicts(draft, version, &suite);
        println!("{draft}: {} tests alike, {} schemas refused", counts.alike, counts.refused);
        assert_eq!(counts.wrong, "", "{draft}");
        assert!(counts.alike > least, "the suite is whole");
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
