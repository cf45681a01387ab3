//! The corpus of handlers under `tests/cases`: each says at the end of a line what ends there.
mod hostile;
mod projects;
mod uses;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{FileId, Language, SinkKind, SourceFile, Trust};

use crate::Limits;
use crate::interpret::{Events, Interpreter, Program, Resolved, Trigger};
use crate::ir::Module;

struct OneFile(Arc<Module>);

impl Program for OneFile {
    fn module(&self, path: &str) -> Option<Arc<Module>> {
        (path == self.0.path).then(|| Arc::clone(&self.0))
    }

    fn resolve(&self, _: &str, name: &str, _: Language) -> Resolved {
        if name.starts_with('.') { Resolved::Missing } else { Resolved::External }
    }
}

fn word(kind: SinkKind) -> &'static str {
    match kind {
        SinkKind::Command => "command",
        SinkKind::Code => "code",
        SinkKind::Deserialize => "deserialize",
        SinkKind::Sql => "sql",
        SinkKind::NoSql => "nosql",
        SinkKind::Path => "path",
        SinkKind::Request => "request",
        SinkKind::Template => "template",
        SinkKind::Log => "log",
        SinkKind::Header => "header",
        SinkKind::Html => "html",
        SinkKind::Redirect => "redirect",
        SinkKind::Ldap => "ldap",
        SinkKind::Xml => "xml",
        SinkKind::XPath => "xpath",
        SinkKind::Regex => "regex",
        SinkKind::Prototype => "prototype",
        SinkKind::MassAssignment => "mass-assignment",
        SinkKind::Identity => "identity",
        SinkKind::Invoke => "invoke",
        SinkKind::Prompt => "prompt",
        SinkKind::Email => "email",
        SinkKind::Archive => "archive",
    }
}

/// Kinds that a case is only asked for when its name says so.
const ASKED: &[&str] = &["log", "identity", "mass-assignment", "invoke"];

fn expected(text: &str, name: &str) -> BTreeSet<(u32, String)> {
    let mut found = BTreeSet::new();
    for (line, number) in text.lines().zip(1..) {
        let Some((_, kinds)) = line.split_once("flow:") else { continue };
        for kind in kinds.split(',').map(|kind| kind.trim().trim_end_matches("*/").trim()) {
            found.insert((number, kind.to_owned()));
        }
    }
    found.retain(|(_, kind)| asked(kind, name));
    found
}

fn asked(kind: &str, name: &str) -> bool {
    !ASKED.contains(&kind) || name.replace('_', "-").contains(kind)
}

fn found(path: &Path, text: &str, name: &str) -> BTreeSet<(u32, String)> {
    let file = FileId(0);
    let shown = path.file_name().unwrap().to_string_lossy().into_owned();
    let limits = Limits::default();
    let module = if shown.ends_with(".py") {
        crate::python::lower(file, &shown, text, &limits)
    } else {
        crate::javascript::lower(file, &shown, text, &limits)
    };
    let program = OneFile(Arc::new(module));
    let trigger = Trigger { name: "Api".into(), event: "http-api".into(), trust: Trust::Public };
    // A case says by its name that something else than a request starts it.
    let events =
        match ["s3", "sqs", "sns", "dynamodb", "kinesis", "cognito", "eventbridge", "ses", "iot", "step"]
            .iter()
            .any(|word| name.contains(word))
        {
            true => Events::default(),
            false => Events { triggers: vec![trigger] },
        };
    let environment = BTreeMap::new();
    let mut interpreter = Interpreter::new(&program, &events, &limits, &environment);
    interpreter.run(&shown, &["handler".to_owned()]);
    let source = SourceFile::new(shown, text);
    let flows = interpreter.record.flows.values();
    let flows = flows.map(|flow| (source.place(flow.at.start).line, word(flow.kind).to_owned()));
    flows.filter(|(_, kind)| asked(kind, name)).collect()
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files = vec![];
    for folder in ["python", "javascript", "typescript"] {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else { continue };
        files.extend(entries.map(|entry| entry.unwrap().path()));
    }
    files.sort();
    files
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its cases")]
fn flows_end_where_the_cases_say() {
    let mut wrong = vec![];
    let files = cases();
    for path in &files {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let expected = expected(&text, &name);
        let found = found(path, &text, &name);
        let shown = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display();
        for (line, kind) in expected.difference(&found) {
            // The call may begin on an earlier line than the comment.
            let near = found.iter().any(|(other, same)| same == kind && other.abs_diff(*line) <= 6);
            if !near {
                wrong.push(format!("{shown}:{line}: no {kind}"));
            }
        }
        for (line, kind) in found.difference(&expected) {
            let near = expected.iter().any(|(other, same)| same == kind && other.abs_diff(*line) <= 6);
            if !near {
                wrong.push(format!("{shown}:{line}: unexpected {kind}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}
