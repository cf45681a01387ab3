//! Renewals of one session at several gateways: one of them asks the provider, the others take what it got.
//!
//! Many providers take a refresh token that comes twice for a stolen one, and end every session that came of it. So whoever is
//! first to write the token's key into the shared state asks, and writes there what came of it: the new session sealed as in
//! its cookie, so that the state's keeper learns no token.
//!
//! INVARIANT: a gateway shows a token only when it wrote the key, or when the state cannot be asked and the session would end.
use crate::state::Shared;
use access::replay::Once;
use std::time::Duration;
use store::{Expect, Key, Put, Revision, StateError};
use tokio::time::{sleep, timeout};

/// Where they are in the shared state.
const PREFIX: &str = "renewal";
/// How long who comes later waits for what came of it: longer than a provider may take to answer.
const WAIT: Duration = Duration::from_secs(10);
/// A pause between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// What stands there while the provider is asked.
const ASKED: &str = "asked";

/// Who asks.
pub(super) enum Turn {
    /// We do, and tell with this revision.
    Ours(Revision),
    /// Somebody else, and this came of it; `None`: nothing is known of it yet.
    Theirs(Option<String>),
    /// It cannot be told.
    Unknown,
}

/// The name of a token that tells nothing of it.
pub(super) fn name(issuer: &str, token: &str) -> String {
    Once::of(&["renewal", issuer, token], 0).key
}

/// Finds out who asks; waits where somebody else does. What is written lives for so many seconds.
pub(super) async fn turn(state: &Shared, name: &str, seconds: u64) -> Turn {
    let Ok(key) = Key::of([PREFIX, name]) else { return Turn::Unknown };
    let how = Put::NEW.expiring(Duration::from_secs(seconds));
    match timeout(state.wait_max, state.state.put(&key, ASKED.as_bytes(), how)).await {
        Ok(Ok(revision)) => Turn::Ours(revision),
        Ok(Err(StateError::Conflict { .. })) => {
            Turn::Theirs(timeout(WAIT, outcome(state, &key)).await.unwrap_or(None))
        }
        Ok(Err(_)) | Err(_) => Turn::Unknown,
    }
}

/// What the other gateway tells, once it does.
async fn outcome(state: &Shared, key: &Key) -> Option<String> {
    loop {
        // `None`: it is forgotten already, or the state is away.
        let found = state.state.get(key).await.ok()??;
        if found.value.as_slice() != ASKED.as_bytes() {
            return String::from_utf8(found.value.to_vec()).ok();
        }
        sleep(LOOK).await;
    }
}

/// Tells the other gateways what came of it.
///
/// # Errors
/// They were perhaps not told; the session's grace decides there.
pub(super) async fn tell(
    state: &Shared,
    name: &str,
    (outcome, revision): (&str, Revision),
    seconds: u64,
) -> Result<(), StateError> {
    let key = Key::of([PREFIX, name])?;
    let how = Put { expect: Expect::Revision(revision), ..Put::ANY }.expiring(Duration::from_secs(seconds));
    state.state.put(&key, outcome.as_bytes(), how).await.map(drop)
}
