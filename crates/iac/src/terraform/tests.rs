//! Small configurations and what they resolve to.
mod basics;
mod expressions;
mod hostile;
mod modules;
mod plans;

use expect_test::Expect;
use model::{Data, Value};

use crate::options::Options;
use crate::reader::Reader;
use crate::resource::Resource;
use model::MemorySource;

/// Reads the root module of `files` and compares its resources, one line each, and its problems.
fn check<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>, expected: &Expect) {
    check_with(files, &Options::default(), expected);
}

/// The same for a single `main.tf`.
fn check_main(text: &str, expected: &Expect) {
    check([("main.tf", text)], expected);
}

fn check_with<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>, options: &Options, expected: &Expect) {
    expected.assert_eq(&shown(files, options));
}

/// The problems of a single `main.tf`.
fn problems(text: &str) -> String {
    let shown = shown([("main.tf", text)], &Options::default());
    let is_problem = |line: &&str| line.contains(" main.tf:");
    shown.lines().filter(is_problem).map(|line| format!("{line}\n")).collect()
}

/// Reads a plan.
fn check_plan(text: &str, expected: &Expect) {
    let (source, options) = (MemorySource::new([("plan.json", text)]), Options::default());
    let mut reader = Reader::new(&source, &options);
    match super::read_plan(&mut reader, "plan.json") {
        Some(resources) => expected.assert_eq(&render(&resources, &reader)),
        None => expected.assert_eq("no plan\n"),
    }
}

fn shown<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>, options: &Options) -> String {
    let source = MemorySource::new(files);
    let mut reader = Reader::new(&source, options);
    let resources = super::read(&mut reader, "");
    render(&resources, &reader)
}

fn render(resources: &[Resource], reader: &Reader<'_>) -> String {
    let mut shown = String::new();
    for resource in resources {
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
    shown
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
