//! The folders of `tests/cases/projects`: each says at the end of a line which flow ends there.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use model::{Coverage, MemorySource, Project, SinkKind};

/// Kinds that a folder is only asked for when its name says so.
const ASKED: &[&str] = &["log", "identity", "mass-assignment", "invoke"];

fn word(kind: SinkKind) -> String {
    match kind {
        SinkKind::NoSql => "nosql".to_owned(),
        SinkKind::XPath => "xpath".to_owned(),
        SinkKind::MassAssignment => "mass-assignment".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads its cases")]
fn files_below(folder: &Path, root: &Path, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_below(&path, root, files);
        } else {
            let shown = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.push((shown, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

type Ends = BTreeSet<(String, u32, String)>;

fn expected(files: &[(String, String)]) -> Ends {
    let mut found = Ends::new();
    for (path, text) in files {
        for (line, number) in text.lines().zip(1..) {
            let Some((_, kinds)) = line.split_once("flow:") else { continue };
            found.extend(kinds.split(',').map(|kind| (path.clone(), number, kind.trim().to_owned())));
        }
    }
    found
}

fn read(files: &[(String, String)]) -> Project {
    let source = MemorySource::new(files.to_vec());
    let mut project = iac::read(&source, &iac::Options::default());
    code::attach(&mut project, &source, &code::Limits::default());
    project
}

fn ends(project: &Project) -> Ends {
    let flows = project.apps.iter().flat_map(|app| &app.code).flat_map(|code| &code.flows);
    flows
        .map(|flow| {
            let file = project.file(flow.sink.at).unwrap();
            (file.path.clone(), file.place(flow.sink.at.start).line, word(flow.sink.kind))
        })
        .collect()
}

#[test]
fn every_project_gives_the_flows_that_its_comments_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/projects");
    let mut files = vec![];
    files_below(&root, &root, &mut files);
    let names: BTreeSet<&str> = files.iter().map(|(path, _)| path.split_once('/').unwrap().0).collect();
    let mut wrong = vec![];
    for name in &names {
        let prefix = format!("{name}/");
        let own: Vec<(String, String)> = files
            .iter()
            .filter_map(|(path, text)| Some((path.strip_prefix(&prefix)?.to_owned(), text.clone())))
            .collect();
        let project = read(&own);
        let asked = |end: &&(String, u32, String)| {
            !ASKED.contains(&end.2.as_str()) || name.contains(&end.2.replace('-', "_"))
        };
        let (expected, found) = (expected(&own), ends(&project));
        let (expected, found): (Ends, Ends) =
            (expected.iter().filter(asked).cloned().collect(), found.iter().filter(asked).cloned().collect());
        wrong.extend(
            expected.difference(&found).map(|(path, line, kind)| format!("{name}/{path}:{line}: no {kind}")),
        );
        wrong.extend(
            found
                .difference(&expected)
                .map(|(path, line, kind)| format!("{name}/{path}:{line}: unexpected {kind}")),
        );
        for code in project.apps.iter().flat_map(|app| &app.code) {
            if matches!(code.coverage, Coverage::None(_)) {
                wrong.push(format!("{name}: {:?} was not read: {:?}", code.handler, code.coverage));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} folders:\n{}", wrong.len(), names.len(), wrong.join("\n"));
}
