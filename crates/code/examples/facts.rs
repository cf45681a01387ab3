//! Prints the flows of a folder: a scratch tool.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::indexing_slicing
)]
use model::MemorySource;
fn walk(root: &std::path::Path, dir: &std::path::Path, out: &mut Vec<(String, String)>) {
    let mut e: Vec<_> = std::fs::read_dir(dir).unwrap().flatten().collect();
    e.sort_by_key(|e| e.path());
    for e in e {
        let p = e.path();
        let n = e.file_name().to_string_lossy().into_owned();
        if e.file_type().unwrap().is_symlink() {
            continue;
        }
        if p.is_dir() {
            if !["node_modules", ".git", "vendor"].contains(&n.as_str()) {
                walk(root, &p, out);
            }
        } else if let Ok(t) = std::fs::read_to_string(&p) {
            if t.len() < 4_000_000 {
                out.push((p.strip_prefix(root).unwrap().to_string_lossy().into_owned(), t));
            }
        }
    }
}
fn main() {
    let root = std::env::args().nth(1).unwrap();
    let root = std::path::Path::new(&root);
    let verbose = std::env::args().nth(2).is_some();
    let mut files = vec![];
    walk(root, root, &mut files);
    let source = MemorySource::new(files);
    let t = std::time::Instant::now();
    let mut project = iac::read(&source, &iac::Options::default());
    let t1 = t.elapsed();
    code::attach(&mut project, &source, &code::Limits::default());
    println!("read {:?} code {:?}", t1, t.elapsed() - t1);
    let mut n = 0;
    let mut none = 0;
    let mut partial = 0;
    let mut flows = 0;
    for app in &project.apps {
        for code in &app.code {
            n += 1;
            match &code.coverage {
                model::Coverage::None(w) => {
                    none += 1;
                    if verbose {
                        println!("NONE {} {}: {w}", app.name, app.node(code.function).unwrap().name);
                    }
                }
                model::Coverage::Partial(w) => {
                    partial += 1;
                    if verbose {
                        println!("PART {} {}: {w}", app.name, app.node(code.function).unwrap().name);
                    }
                }
                _ => {}
            }
            for flow in &code.flows {
                flows += 1;
                println!(
                    "FLOW {} {:?} {:?} {} -> {} [{}]",
                    project.locate(flow.sink.at),
                    flow.sink.kind,
                    flow.trust,
                    flow.source,
                    flow.sink.api,
                    app.node(code.function).unwrap().name
                );
                if verbose {
                    for s in &flow.steps {
                        println!("      {} {}", project.locate(s.at), s.message);
                    }
                }
            }
            if verbose {
                for c in &code.calls {
                    if let Some(a) = &c.aws {
                        println!("AWS {} {}:{}", project.locate(c.at), a.service, a.operation);
                    }
                }
                for u in &code.uses {
                    println!("USE {} {:?} {}", project.locate(u.at), u.kind, u.name);
                }
            }
        }
    }
    println!(
        "{n} functions, {none} none, {partial} partial, {flows} flows, {} problems",
        project.problems.len()
    );
    for p in project
        .problems
        .iter()
        .filter(|p| p.path.ends_with(".py") || p.path.ends_with("js") || p.path.ends_with("ts"))
        .take(20)
    {
        println!(
            "PROBLEM {:?} {} {} {}",
            p.kind,
            p.path,
            p.at.map(|a| project.locate(a)).unwrap_or_default(),
            p.message
        );
    }
}
