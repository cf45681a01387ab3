//! What happens besides requests: files that changed are read again.
use crate::config::Config;
use crate::server::{Phase, Shared};
use crate::state::Told;
use access::shared::BlockChange;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Entries of the shared lists that are taken over at once, at the start.
const AT_ONCE_MAX: usize = 100_000;

/// Starts it, on the thread that calls.
pub(crate) fn start(shared: &Arc<Shared>) {
    drop(tokio::spawn(watch(Arc::clone(shared))));
    drop(tokio::spawn(crate::trace::export(Arc::clone(shared))));
    drop(tokio::spawn(crate::layers::acme::renew(Arc::clone(shared))));
    drop(tokio::spawn(begin(Arc::clone(shared))));
    drop(tokio::spawn(crate::layers::login::ended::follow(Arc::clone(shared))));
    drop(tokio::spawn(follow_blocks(Arc::clone(shared))));
    drop(tokio::spawn(crate::layers::concurrency::Layered::keep(Arc::clone(shared))));
    drop(tokio::spawn(crate::layers::waf::shared::follow(Arc::clone(shared))));
    drop(tokio::spawn(crate::layers::waf::shared::write_changes(Arc::clone(shared))));
}

/// Tells when the gateway has to go on without knowing what the others know.
async fn begin(shared: Arc<Shared>) {
    let Some(state) = shared.gate.load().state.clone() else { return };
    if let Some(problem) = state.begin().await {
        shared.metrics.state_problems.inc();
        crate::event::emit_state_problem(&shared, problem);
    }
}

/// Takes over what other gateways block, as long as it is told.
async fn follow_blocks(shared: Arc<Shared>) {
    let Some(state) = shared.gate.load().state.clone() else { return };
    let mut blocks = state.blocks();
    let mut phase = shared.phase.subscribe();
    // What was there at the start comes entry by entry and is taken over at once: each change of the list costs.
    let mut waiting = Some(Vec::new());
    loop {
        let next = tokio::select! {
            next = blocks.next() => next,
            _ = phase.wait_for(|phase| *phase != Phase::Serving) => return,
        };
        let (changes, mut problem) = match next {
            BlockChange::UpToDate => (waiting.take().unwrap_or_default(), None),
            BlockChange::Change(change) => match &mut waiting {
                Some(waiting) if waiting.len() < AT_ONCE_MAX => {
                    waiting.push(change);
                    continue;
                }
                Some(waiting) => {
                    waiting.push(change);
                    (std::mem::take(waiting), None)
                }
                None => (vec![change], None),
            },
            BlockChange::Problem(error) => {
                (waiting.as_mut().map(std::mem::take).unwrap_or_default(), Some(error.to_string()))
            }
        };
        let now = crate::clock::now().seconds();
        if let Err(error) = shared.gate.load().stack.block.change(changes, now) {
            problem = Some(error.to_string());
        }
        if waiting.is_none() {
            state.told(Told::Blocks);
        }
        if let Some(problem) = problem {
            shared.metrics.state_problems.inc();
            crate::event::emit_state_problem(&shared, &problem);
            // The list goes on as it is. Not again and again while the store is away.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Looks at the times of the files that the configuration names (certificates, keys, the configuration itself), where it says so.
async fn watch(shared: Arc<Shared>) {
    let mut before: Option<Vec<Option<SystemTime>>> = None;
    let mut phase = shared.phase.subscribe();
    loop {
        let config = Arc::clone(&shared.gate.load().config);
        let seconds = period(&config);
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(seconds.unwrap_or(10))) => {}
            _ = phase.wait_for(|phase| *phase != Phase::Serving) => return,
        }
        if seconds.is_none() {
            continue;
        }
        let now = times(&config);
        if before.as_ref().is_some_and(|before| *before != now) {
            shared.reload_file();
        }
        before = Some(now);
    }
}

/// The shortest period that is asked for; `None`: nothing is watched.
fn period(config: &Config) -> Option<u64> {
    let tls = config.listen.iter().filter_map(|listen| listen.tls.as_ref());
    tls.map(|tls| tls.watch_seconds).chain([config.watch_seconds]).filter(|seconds| *seconds > 0).min()
}

fn times(config: &Config) -> Vec<Option<SystemTime>> {
    let mut files: Vec<PathBuf> = config.file.iter().cloned().collect();
    for tls in config.listen.iter().filter_map(|listen| listen.tls.as_ref()) {
        for certificate in &tls.certificate {
            files.push(config.path(&certificate.chain));
            files.push(config.path(&certificate.key));
        }
        if let Some(client) = &tls.client {
            files.push(config.path(&client.authorities));
            files.extend(client.revoked.as_ref().map(|path| config.path(path)));
        }
    }
    files.iter().map(|path| path.metadata().and_then(|metadata| metadata.modified()).ok()).collect()
}
