//! Sessions that ended before their time: told by a provider (OpenID Connect Back-Channel Logout 1.0), or logged out here.
//!
//! A session is sealed in its cookie, so what ended is remembered: here, and in the shared state, which every gateway
//! follows. What is remembered goes when the sessions it is about would have ended by themselves.
//!
//! INVARIANT: what cannot be remembered ends more sessions, never fewer.
use crate::server::{Phase, Shared};
use crate::state::{self, Told};
use access::oidc::LoggedOut;
use access::replay::Once;
use access::session::Session;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{Change, Key, Put, StateError};

/// Where they are in the shared state.
const PREFIX: &str = "ended";
/// Entries at a time. Past it, the older half is replaced by one moment: whoever logged in before it logs in again.
const ENTRIES_MAX: usize = 200_000;
/// A pause after the store failed.
const PAUSE: Duration = Duration::from_secs(1);

/// What ended. Moments are seconds since 1970-01-01.
#[derive(Debug, Default)]
pub(crate) struct Ended(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    by_key: BTreeMap<String, Entry>,
    /// All sessions from before ended.
    floor: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    /// Sessions whose log-in is not later ended.
    moment: u64,
    /// Until when any of them could live.
    until: u64,
}

impl Entry {
    fn text(self) -> String {
        format!("{} {}", self.moment, self.until)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (moment, until) = std::str::from_utf8(bytes).ok()?.split_once(' ')?;
        Some(Self { moment: moment.parse().ok()?, until: until.parse().ok()? })
    }
}

/// The key of a kind of entry: nothing of the session can be read from it.
fn key(kind: &str, issuer: &str, name: &str) -> Result<Key, StateError> {
    Ok(Key::of([PREFIX, &Once::of(&[kind, issuer, name], 0).key])?)
}

/// When a session's log-in was, by the provider's clock where it is known.
fn begun(session: &Session) -> u64 {
    session.issued.unwrap_or(session.created)
}

impl Ended {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, key: &Key, entry: Entry, now: u64) {
        let mut entries = self.entries();
        if entries.by_key.len() >= ENTRIES_MAX && !entries.by_key.contains_key(key.as_str()) {
            entries.make_room(now);
        }
        let kept = entries.by_key.entry(key.as_str().to_owned()).or_insert(entry);
        kept.moment = kept.moment.max(entry.moment);
        kept.until = kept.until.max(entry.until);
    }

    /// Whether a session ended.
    pub(super) fn has(&self, session: &Session) -> bool {
        let Session { issuer, subject, .. } = session;
        let begun = begun(session);
        let names = [
            Some(key("id", issuer, &session.id)),
            Some(key("subject", issuer, subject)),
            match &session.sid {
                Some(sid) => Some(key("sid", issuer, sid)),
                // Which session was meant cannot be told: all of this user that do not know their own name.
                None => Some(key("nameless", issuer, subject)),
            },
        ];
        let entries = self.entries();
        if begun < entries.floor {
            return true;
        }
        if entries.by_key.is_empty() {
            return false;
        }
        // A key that cannot be made was never noted.
        let mut keys = names.into_iter().flatten().flatten();
        keys.any(|key| entries.by_key.get(key.as_str()).is_some_and(|entry| begun <= entry.moment))
    }

    /// Takes what a provider told; `until`: when the last of these sessions ends by itself.
    ///
    /// # Errors
    /// The other gateways were not told. This one knows.
    pub(super) async fn told(
        &self,
        out: &LoggedOut,
        state: Option<&state::Shared>,
        (now, until): (u64, u64),
    ) -> Result<(), StateError> {
        let LoggedOut { issuer, subject, sid, issued } = out;
        let mut keys = Vec::new();
        if let Some(sid) = sid {
            keys.push(key("sid", issuer, sid)?);
        }
        if let Some(subject) = subject {
            let kind = if sid.is_some() { "nameless" } else { "subject" };
            keys.push(key(kind, issuer, subject)?);
        }
        self.all(&keys, Entry { moment: *issued, until }, state, now).await
    }

    /// Ends one session.
    ///
    /// # Errors
    /// The other gateways were not told. This one knows.
    pub(super) async fn log_out(
        &self,
        session: &Session,
        state: Option<&state::Shared>,
        (now, until): (u64, u64),
    ) -> Result<(), StateError> {
        let keys = [key("id", &session.issuer, &session.id)?];
        self.all(&keys, Entry { moment: begun(session), until }, state, now).await
    }

    async fn all(
        &self,
        keys: &[Key],
        entry: Entry,
        state: Option<&state::Shared>,
        now: u64,
    ) -> Result<(), StateError> {
        for key in keys {
            self.note(key, entry, now);
        }
        let Some(state) = state else { return Ok(()) };
        let life = Duration::from_secs(entry.until.saturating_sub(now).max(1));
        for key in keys {
            state.state.put(key, entry.text().as_bytes(), Put::ANY.expiring(life)).await?;
        }
        Ok(())
    }
}

impl Entries {
    fn make_room(&mut self, now: u64) {
        self.by_key.retain(|_, entry| entry.until > now);
        if self.by_key.len() < ENTRIES_MAX {
            return;
        }
        let mut moments: Vec<u64> = self.by_key.values().map(|entry| entry.moment).collect();
        let (_, middle, _) = moments.select_nth_unstable(ENTRIES_MAX / 2);
        let middle = *middle;
        self.floor = self.floor.max(middle.saturating_add(1));
        self.by_key.retain(|_, entry| entry.moment > middle);
    }
}

/// Follows what other gateways were told, for ever.
pub(crate) async fn follow(shared: Arc<Shared>) {
    let Some(state) = shared.gate.load().state.clone() else { return };
    let ended = Arc::clone(&shared.gate.load().stack.login.ended);
    let mut phase = shared.phase.subscribe();
    tokio::select! {
        () = listen(&shared, &state, &ended) => {}
        _ = phase.wait_for(|phase| *phase != Phase::Serving) => {}
    }
}

async fn listen(shared: &Shared, state: &state::Shared, ended: &Ended) {
    loop {
        let problem = match state.state.watch(PREFIX).await {
            Ok(mut watch) => loop {
                match watch.next().await {
                    Some(Ok(Change::Put(found))) => match Entry::read(&found.value) {
                        Some(entry) => ended.note(&found.key, entry, crate::clock::now().seconds()),
                        None => break format!("{} is no ended session", found.key),
                    },
                    // Its time is over; it is forgotten here at its own time.
                    Some(Ok(Change::Removed { .. })) => {}
                    Some(Ok(Change::UpToDate)) => state.told(Told::Ended),
                    // What was told stays: more ended, never less.
                    Some(Err(StateError::StartOver { .. })) => {}
                    Some(Err(error)) => break error.to_string(),
                    None => break "the store closed".to_owned(),
                }
            },
            Err(error) => error.to_string(),
        };
        shared.metrics.state_problems.inc();
        crate::event::emit_state_problem(shared, &problem);
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(id: &str, sid: Option<&str>, issued: u64) -> Session {
        Session {
            id: id.to_owned(),
            subject: "alice".to_owned(),
            issuer: "https://idp.example".to_owned(),
            created: issued + 500,
            seen: issued + 500,
            roles: Default::default(),
            groups: Default::default(),
            scopes: Default::default(),
            acr: None,
            amr: Default::default(),
            auth_time: None,
            sid: sid.map(str::to_owned),
            issued: Some(issued),
            refresh: None,
            refresh_at: None,
        }
    }

    fn out(sid: Option<&str>, subject: Option<&str>, issued: u64) -> LoggedOut {
        let text = |text: Option<&str>| text.map(str::to_owned);
        LoggedOut { issuer: "https://idp.example".to_owned(), subject: text(subject), sid: text(sid), issued }
    }

    #[tokio::test]
    async fn what_was_meant_ends_and_nothing_else() {
        for (out, ends) in [
            // One session by its name; and those of the user that know none.
            (out(Some("s1"), None, 100), [true, false, false, false]),
            (out(Some("s1"), Some("alice"), 100), [true, false, true, false]),
            (out(None, Some("alice"), 100), [true, true, true, false]),
            (out(None, Some("bob"), 100), [false, false, false, false]),
            (out(None, Some("alice"), 99), [false, false, false, false]),
        ] {
            let ended = Ended::default();
            ended.told(&out, None, (100, 1_000)).await.unwrap();
            let sessions = [
                session("a", Some("s1"), 100),
                session("b", Some("s2"), 100),
                session("c", None, 100),
                // Logged in again since.
                session("d", Some("s3"), 101),
            ];
            assert_eq!(sessions.map(|session| ended.has(&session)), ends, "{out:?}");
        }
    }

    #[tokio::test]
    async fn a_session_that_was_logged_out_is_over() {
        let (ended, one) = (Ended::default(), session("a", Some("s1"), 100));
        ended.log_out(&one, None, (200, 1_000)).await.unwrap();
        assert!(ended.has(&one) && !ended.has(&session("b", Some("s1"), 100)));
    }

    #[test]
    fn what_has_no_room_ends_more_never_less() {
        let ended = Ended::default();
        for number in 0..=ENTRIES_MAX as u64 {
            let key = key("sid", "i", &number.to_string()).unwrap();
            ended.note(&key, Entry { moment: number, until: u64::MAX }, 0);
        }
        assert!(ended.entries().by_key.len() <= ENTRIES_MAX);
        assert!(ended.has(&session("a", None, 10)), "one of those that were forgotten");
        assert!(!ended.has(&session("a", None, ENTRIES_MAX as u64)));
    }

    #[test]
    fn entries_come_back_as_they_were() {
        let entry = Entry { moment: 5, until: 7 };
        assert_eq!(Entry::read(entry.text().as_bytes()), Some(entry));
        assert_eq!(Entry::read(b"5"), None);
    }
}
