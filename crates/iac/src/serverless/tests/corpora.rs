use crate::{MemorySource, Options};
use std::collections::BTreeMap;
#[test]
fn corpora() {
    fn walk(dir: &std::path::Path, out: &mut Vec<String>) {
        for e in std::fs::read_dir(dir).unwrap().flatten() {
            let p = e.path();
            if e.file_type().unwrap().is_dir() {
                walk(&p, out)
            } else {
                out.push(p.to_string_lossy().into_owned())
            }
        }
    }
    let root = std::env::var("CORPUS").unwrap();
    let mut all = vec![];
    walk(std::path::Path::new(&root), &mut all);
    let only = std::env::var("ONLY").unwrap_or_default();
    let files: Vec<(String, String)> = all
        .iter()
        .filter(|p| p.contains(&only))
        .filter_map(|p| {
            std::fs::read_to_string(p)
                .ok()
                .map(|t| (p.strip_prefix(&format!("{root}/")).unwrap_or(p).to_string(), t))
        })
        .collect();
    let start = std::time::Instant::now();
    let source = MemorySource::new(files);
    let project = crate::read(&source, &Options::default());
    eprintln!("{:?}", start.elapsed());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for app in &project.apps {
        *counts.entry(app.framework.as_str()).or_default() += 1;
        if app.framework == model::Framework::Serverless {
            println!(
                "APP\t{}\t{}\t{}",
                app.name,
                app.functions().count(),
                app.all(model::Kind::Trigger).filter(|n| n.provider_type == "buckler::Trigger").count()
            );
            if std::env::var("SHOW").is_ok() {
                for n in &app.nodes {
                    println!(
                        "  {}{} {} [{}] {}",
                        n.name,
                        if n.implicit { "?" } else { "" },
                        n.provider_type,
                        project.locate(n.name_at),
                        n.attrs
                            .iter()
                            .map(|(k, v)| format!("{k}={}", v.display()))
                            .collect::<Vec<_>>()
                            .join(" ")
                            .chars()
                            .take(300)
                            .collect::<String>()
                    );
                }
            }
        }
    }
    eprintln!("{counts:?}");
    for p in &project.problems {
        println!(
            "PROBLEM\t{}:{:?}\t{}\t{}",
            p.path,
            p.at.map(|a| project.locate(a)),
            p.kind.as_str(),
            p.message
        );
    }
}
