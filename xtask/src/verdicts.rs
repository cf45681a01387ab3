//! Our findings beside the verdicts that another tool gave on the same templates.
//!
//! The verdicts come as lines of tab-separated fields: framework, scanned folder, file, resource,
//! the other tool's check id, `PASS` or `FAIL`. Paths are relative to the given folder.
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use iac::{MemorySource, Options};
use model::{Date, Project};

/// One verdict of the other tool.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Verdict {
    folder: String,
    file: String,
    resource: String,
    id: String,
    fails: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ours {
    Pass,
    Fail,
    Undecided,
    Missing,
}

/// Compares and prints every difference, then one line per id, then the sums.
pub(crate) fn compare(file: &str, root: &str, only: &[&str]) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|why| format!("{file}: {why}"))?;
    let named: BTreeSet<&str> = checks::all().flat_map(|check| check.also_known_as.iter().copied()).collect();
    let wanted = |id: &str| if only.is_empty() { named.contains(id) } else { only.contains(&id) };
    let verdicts: BTreeSet<Verdict> =
        text.lines().filter_map(parse).filter(|verdict| wanted(&verdict.id)).collect();
    let mut folders: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
    for verdict in &verdicts {
        folders.entry(&verdict.folder).or_default().push(verdict);
    }
    let mut sums: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (folder, verdicts) in folders {
        let project = iac::read(&source(&Path::new(root).join(folder)), &Options::default());
        let findings = checks::run(&project, &checks::all().collect::<Vec<_>>(), Date::new(2026, 11, 22));
        for verdict in verdicts {
            let ours = judge(&project, &findings, verdict);
            let equal = matches!((verdict.fails, ours), (true, Ours::Fail) | (false, Ours::Pass));
            let sum = sums.entry(&verdict.id).or_default();
            sum.1 += 1;
            if equal {
                sum.0 += 1;
            } else {
                let theirs = if verdict.fails { "FAIL" } else { "PASS" };
                println!("{}\t{theirs}\t{ours:?}\t{}\t{}", verdict.id, verdict.resource, verdict.file);
            }
        }
    }
    for (id, (equal, all)) in sums.iter().filter(|(_, (equal, all))| equal < all) {
        println!("{id}: {equal} of {all}");
    }
    let (equal, all) = sums.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    println!("{equal} of {all} verdicts equal, {} ids with verdicts, {} ids named", sums.len(), named.len());
    Ok(())
}

fn parse(line: &str) -> Option<Verdict> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [framework, folder, file, resource, id, verdict, ..] = fields.as_slice() else { return None };
    let fails = match *verdict {
        "FAIL" => true,
        "PASS" => false,
        _ => return None,
    };
    // CloudFormation resources are called `TYPE.LOGICAL_ID`.
    let resource = match *framework {
        "cloudformation" | "serverless" => resource.split_once('.').map_or(*resource, |(_, name)| name),
        _ => resource,
    };
    let own = |text: &str| text.to_owned();
    Some(Verdict { folder: own(folder), file: own(file), resource: own(resource), id: own(id), fails })
}

fn judge(project: &Project, findings: &model::Findings, verdict: &Verdict) -> Ours {
    let file = verdict.file.strip_prefix(&verdict.folder).unwrap_or(&verdict.file).trim_start_matches('/');
    // A service may hold resources that stand in files of their own.
    let here = |app: &model::App, span: model::Span| {
        project.file(span).is_some_and(|source| source.path == file)
            || (app.framework == model::Framework::Serverless && app.name == file)
    };
    let is_named = |check: &model::Check| check.also_known_as.contains(&verdict.id.as_str());
    // The other tool leaves out `data.`; ours has it where a resource of the same type may exist.
    let is = |name: &str| name.strip_prefix("data.").unwrap_or(name) == verdict.resource;
    let fails = findings.found.iter().any(|finding| {
        let app = project.apps.get(finding.app);
        let node = app.and_then(|app| app.named(&finding.node));
        (is(&finding.node) || app.is_some_and(|app| is_role_of(app, &finding.node, verdict)))
            && is_named(finding.check)
            && app.is_some_and(|app| node.is_some_and(|node| here(app, node.name_at)))
    });
    if fails {
        return Ours::Fail;
    }
    let apps = project.apps.iter().enumerate();
    let nodes: Vec<usize> = apps
        .filter(|(_, app)| app.nodes.iter().any(|node| is(&node.name) && here(app, node.name_at)))
        .map(|(index, _)| index)
        .collect();
    let undecided = findings
        .undecided
        .iter()
        .any(|undecided| nodes.contains(&undecided.app) && is(&undecided.node) && is_named(undecided.check));
    match (nodes.is_empty(), undecided) {
        (true, _) => Ours::Missing,
        (false, true) => Ours::Undecided,
        (false, false) => Ours::Pass,
    }
}

/// In serverless.yml the other tool judges every function by all statements of the service; ours are
/// judged where they are written: at the role of the function, or that of the service.
fn is_role_of(app: &model::App, node: &str, verdict: &Verdict) -> bool {
    let is_function =
        || app.named(&verdict.resource).is_some_and(|owner| owner.kind == model::Kind::Function);
    app.framework == model::Framework::Serverless && node.ends_with("IamRoleLambdaExecution") && is_function()
}

/// Every text file below a folder, in memory.
fn source(folder: &Path) -> MemorySource {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                open.push(path);
            } else if let (Ok(text), Ok(name)) = (std::fs::read_to_string(&path), path.strip_prefix(folder)) {
                files.push((name.to_string_lossy().into_owned(), text));
            }
        }
    }
    MemorySource::new(files)
}
