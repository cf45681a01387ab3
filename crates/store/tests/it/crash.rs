//! A process killed in the middle of writing: what it acknowledged is there.
use crate::folder::Folder;
use crate::suite::{key, number};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use store::embedded::Options;
use store::{Embedded, Put, State};

const FOLDER: &str = "BUCKLER_STORE_CRASH_TEST";
const TASKS: u64 = 8;

/// Not a test of its own: the process that is killed. It says what was acknowledged, a line each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let state = Arc::new(Embedded::open(Path::new(&folder), Options::default()).await.unwrap());
    let running: Vec<_> = (0..TASKS)
        .map(|task| {
            let state = Arc::clone(&state);
            tokio::spawn(async move {
                let key = key(&format!("task.{task}"));
                let first = state.get(&key).await.unwrap().map_or(0, |entry| number(&entry));
                for at in first + 1.. {
                    state.put(&key, &at.to_be_bytes(), Put::ANY).await.unwrap();
                    writeln!(std::io::stdout().lock(), "kept {task} {at}").unwrap();
                }
            })
        })
        .collect();
    for task in running {
        task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill() {
    let folder = Folder::new("crash");
    let mut acknowledged = [0_u64; TASKS as usize];
    for lines in [40, 400, 3, 150] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::child", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut read = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut note = |line: String| {
            let mut words = line.split(' ').skip_while(|word| !word.ends_with("kept")).skip(1);
            if let (Some(task), Some(at)) = (words.next(), words.next()) {
                // A line that the kill cut short may show a shorter number.
                let (task, at): (usize, u64) = (task.parse().unwrap(), at.parse().unwrap());
                acknowledged[task] = acknowledged[task].max(at);
                return true;
            }
            false
        };
        let mut seen = 0;
        while seen < lines {
            seen += usize::from(note(read.next().expect("the child ended by itself").unwrap()));
        }
        child.kill().unwrap();
        for line in read {
            note(line.unwrap());
        }
        child.wait().unwrap();

        let state = Embedded::open(folder.path(), Options::default()).await.unwrap();
        for (task, at) in acknowledged.iter().enumerate() {
            let found = state.get(&key(&format!("task.{task}"))).await.unwrap();
            let found = found.map_or(0, |entry| number(&entry));
            assert!(found >= *at, "task {task}: {at} was acknowledged, {found} is there");
        }
        state.close().await;
    }
}
