//! Sample events that others collected: all pass under an empty policy.
use super::*;
use std::path::{Path, PathBuf};

fn files(folder: &Path, depth: usize, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() && depth > 0 {
            files(&path, depth - 1, out);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            out.push(path);
        }
    }
}

#[test]
fn sample_events_of_others_pass() {
    #[expect(clippy::disallowed_methods, reason = "a test finds its corpus")]
    let folder = std::env::var("BUCKLER_SAMPLE_EVENTS");
    let Ok(folder) = folder else {
        println!("skipped: BUCKLER_SAMPLE_EVENTS names no folder of sample events");
        return;
    };
    let mut paths = Vec::new();
    files(Path::new(&folder), 5, &mut paths);
    paths.sort();
    let inspector = plain(json!({}));
    let mut wrong = String::new();
    let mut count = 0;
    for path in &paths {
        #[expect(clippy::disallowed_methods, reason = "a test reads its corpus")]
        let bytes = std::fs::read(path).unwrap();
        // Some are answers, fragments or templates with placeholders.
        if serde_json::from_slice::<Value>(&bytes).is_err() {
            continue;
        }
        count += 1;
        let said = verdict_of(&inspector, &bytes);
        if said != "pass" {
            wrong.push_str(&format!("{}: {said}\n", path.display()));
        }
    }
    println!("{count} events");
    assert!(count > 0 && wrong.is_empty(), "{wrong}");
}
