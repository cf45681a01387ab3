//! Changes a second of the embedded form, by how many wait at once: `cargo run --release -p store --example put_rate`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program that measures and says")]
use std::sync::Arc;
use std::time::Duration;
use store::embedded::{Durability, Options};
use store::{Embedded, Key, Put, State};
use tokio::time::Instant;

const MEASURED: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() {
    let folder = std::env::temp_dir().join(format!("buckler-put-rate-{}", std::process::id()));
    for durability in [Durability::EveryChange, Durability::EverySecond] {
        for tasks in [1, 16, 256] {
            let options = Options { durability, ..Options::default() };
            let state = Arc::new(Embedded::open(&folder, options).await.unwrap());
            let started = Instant::now();
            let running: Vec<_> =
                (0..tasks).map(|task| tokio::spawn(put(Arc::clone(&state), task, started))).collect();
            let mut done = 0;
            for task in running {
                done += task.await.unwrap();
            }
            println!("{durability:?}, {tasks} at once: {} changes a second", done / MEASURED.as_secs());
            Arc::into_inner(state).unwrap().close().await;
        }
    }
    tokio::fs::remove_dir_all(folder).await.unwrap();
}

/// Puts until the time is over; how often.
async fn put(state: Arc<Embedded>, task: usize, started: Instant) -> u64 {
    let mut done = 0;
    while started.elapsed() < MEASURED {
        let key = Key::new(&format!("task.{task}.{}", done % 1_000)).unwrap();
        state.put(&key, &[7; 100], Put::ANY).await.unwrap();
        done += 1;
    }
    done
}
