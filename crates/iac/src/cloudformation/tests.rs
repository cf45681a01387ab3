//! `check(template, expected)` prints the resolved resources, then the problems.
mod functions;
mod hostile;
mod sam;

use expect_test::Expect;

use crate::{MemorySource, Options};

use crate::reader::Reader;

fn shown(files: &[(&str, &str)], options: &Options) -> String {
    let source = MemorySource::new(files.iter().copied());
    let mut reader = Reader::new(&source, options);
    let mut out = String::new();
    let Some((framework, resources)) = super::read(&mut reader, "template.yaml") else {
        return "no template\n".to_owned();
    };
    if framework == model::Framework::Sam {
        out += "sam\n";
    }
    for resource in resources {
        let made = if resource.implicit { " (implicit)" } else { "" };
        let properties = resource.properties.display();
        out += &format!("{}: {}{made} {properties}\n", resource.name, resource.provider_type);
    }
    for problem in &reader.problems {
        out += &format!("! {}: {}\n", problem.kind.as_str(), problem.message);
    }
    out
}

fn check(template: &str, expected: Expect) {
    expected.assert_eq(&shown(&[("template.yaml", template)], &Options::default()));
}

fn check_files(files: &[(&str, &str)], expected: Expect) {
    expected.assert_eq(&shown(files, &Options::default()));
}
