//! Small configurations and what they resolve to.
mod basics;

use expect_test::Expect;
use model::{Data, Value};

use crate::options::Options;
use crate::reader::Reader;
use crate::source::MemorySource;

/// Reads the root module of `files` and compares its resources, one line each, and its problems.
fn check<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>, expected: &Expect) {
    check_with(files, &Options::default(), expected);
}

/// The same for a single `main.tf`.
fn check_main(text: &str, expected: &Expect) {
    check([("main.tf", text)], expected);
}

fn check_with<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>, options: &Options, expected: &Expect) {
    let source = MemorySource::new(files);
    let mut reader = Reader::new(&source, options);
    let resources = super::read(&mut reader, "");
    let mut shown = String::new();
    for resource in &resources {
        shown.push_str(&resource.name);
        for entry in resource.properties.entries() {
            shown.push_str(&format!("\n  {} = {}", entry.key.text, show(&entry.value)));
        }
        for entry in resource.settings.entries() {
            shown.push_str(&format!("\n  ({}) = {}", entry.key.text, show(&entry.value)));
        }
        shown.push('\n');
    }
    for problem in &reader.problems {
        let place = problem.at.and_then(|at| {
            let place = reader.files.get(at.file.0 as usize)?.place(at.start);
            Some(format!("{}:{}", place.line, place.column))
        });
        let kind = problem.kind.as_str();
        shown.push_str(&format!(
            "{kind} {}:{}: {}\n",
            problem.path,
            place.unwrap_or_default(),
            problem.message
        ));
    }
    expected.assert_eq(&shown);
}

/// A value on one line: texts in quotes, references as `<target.attribute>`, unknowns as `?(reason)`.
fn show(value: &Value) -> String {
    let list = |items: &[Value]| items.iter().map(show).collect::<Vec<_>>().join(", ");
    match &value.data {
        Data::Text(text) => format!("{text:?}"),
        Data::Null => "null".to_owned(),
        Data::List(items) => format!("[{}]", list(items)),
        Data::Map(entries) => {
            let pairs = entries.iter().map(|entry| format!("{}: {}", entry.key.text, show(&entry.value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        Data::Ref(reference) => match &reference.attribute {
            Some(attribute) => format!("<{}.{attribute}>", reference.target),
            None => format!("<{}>", reference.target),
        },
        Data::Joined(parts) => format!("joined({})", list(parts)),
        Data::Unknown(unknown) => format!("?({})", unknown.reason),
        Data::Bool(_) | Data::Int(_) | Data::Float(_) => value.display(),
    }
}
