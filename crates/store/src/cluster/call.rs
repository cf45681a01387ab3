//! One change: sent, sent again while nobody answers, and its outcome made certain.
//!
//! Every message carries what its writer expects of the key, also when the caller expects nothing. So what was sent
//! twice, or lay in a queue while the connection was gone, changes nothing if anybody else wrote since. Every change
//! carries an id: a writer whose answer was lost finds its own change.
use super::{ATTEMPT, Cluster, EXPIRED_OR_REMOVED, MARKERS, Seen, late, unavailable};
use crate::{EXPIRES_IN_MAX, Entry, Expect, Key, Put, Revision, StateError};
use async_nats::client::RequestErrorKind;
use async_nats::jetstream::stream::LastRawMessageErrorKind;
use async_nats::{HeaderMap, Request};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// The server's numbers of what can go wrong with a message.
const WRONG_LAST_REVISION: u64 = 10_071;
/// The same while another change of the key is on its way: that one is not the last message yet.
const WRONG_WHILE_UNDER_WAY: u64 = 10_164;
const STORE_FULL: u64 = 10_077;
const MESSAGE_TOO_LARGE: u64 = 10_054;

/// Pauses between attempts grow from this to [`PAUSE_MAX`].
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_millis(300);
/// Shortest wait for an answer before it is asked for again.
const ATTEMPT_MIN: Duration = Duration::from_millis(250);

/// What a change writes.
pub(super) enum Write<'a> {
    Value { value: &'a [u8], expires_in: Option<Duration> },
    Marker,
}

/// The last message of a key.
pub(super) struct Last {
    pub(super) revision: u64,
    /// `None`: a marker of a removal.
    pub(super) value: Option<Vec<u8>>,
    attempt: Option<String>,
}

/// What came of one attempt.
enum Sent {
    Kept(u64),
    /// Another revision is the last one.
    Wrong,
    Refused(StateError),
    /// Certainly not kept; worth another attempt.
    NobodyThere,
    /// Perhaps kept.
    NoAnswer,
}

#[derive(serde::Deserialize)]
struct Acknowledgement {
    seq: Option<u64>,
    error: Option<Told>,
}

#[derive(serde::Deserialize)]
struct Told {
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

/// A change that is wanted.
pub(super) struct Wanted<'a> {
    pub(super) key: &'a Key,
    pub(super) expect: Expect,
    pub(super) write: Write<'a>,
}

/// How a change goes on.
struct Course {
    /// The id that every attempt carries.
    attempt: String,
    /// What the next attempt expects; `None`: the key's last message must be read first.
    base: Option<u64>,
    /// What the last attempt expected.
    tried: Option<u64>,
    /// An attempt was sent that nobody answered.
    uncertain: bool,
    pause: Duration,
}

impl Cluster {
    /// Writes when what is expected holds. `None`: there was nothing to remove.
    pub(super) async fn change(
        &self,
        wanted: &Wanted<'_>,
        deadline: Instant,
    ) -> Result<Option<Revision>, StateError> {
        let key = wanted.key;
        let attempt = format!("{}.{}", self.name, self.attempts.fetch_add(1, Ordering::Relaxed));
        let headers = headers(&wanted.write, &attempt);
        let base = self.first_base(wanted);
        let mut course = Course { attempt, base, tried: None, uncertain: false, pause: PAUSE_MIN };
        loop {
            let Some(base) = course.base else {
                let last = self.last(key, deadline).await?;
                let base = match judge(wanted, last.as_ref(), &course)? {
                    Verdict::Done(revision) => return Ok(Some(revision)),
                    Verdict::Nothing => return Ok(None),
                    Verdict::Try(base) => base,
                };
                if course.tried == Some(base) {
                    pause(&mut course.pause, deadline).await?;
                }
                course.base = Some(base);
                continue;
            };
            course.tried = Some(base);
            let mut headers = headers.clone();
            headers.insert(async_nats::header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, base.to_string());
            let payload = match wanted.write {
                Write::Value { value, .. } => value.to_vec(),
                Write::Marker => Vec::new(),
            };
            match self.send(key, headers, payload, deadline).await {
                Sent::Kept(revision) => {
                    self.note(key, revision);
                    return Ok(Some(Revision(revision)));
                }
                Sent::Wrong => course.base = None,
                Sent::Refused(why) => return Err(why),
                Sent::NobodyThere => {}
                Sent::NoAnswer => course.uncertain = true,
            }
            if course.base.is_some() {
                pause(&mut course.pause, deadline).await?;
            }
        }
    }

    /// What the first attempt expects, as far as it can be known without asking.
    fn first_base(&self, wanted: &Wanted<'_>) -> Option<u64> {
        match wanted.expect {
            Expect::Revision(revision) => Some(revision.0),
            Expect::Absent => Some(0),
            Expect::Anything if matches!(wanted.write, Write::Marker) => None,
            Expect::Anything => Some(self.seen().revision(wanted.key).unwrap_or(0)),
        }
    }

    async fn send(&self, key: &Key, headers: HeaderMap, payload: Vec<u8>, deadline: Instant) -> Sent {
        let wait = self.attempt_time(deadline);
        let request = Request::new().headers(headers).payload(payload.into()).timeout(Some(wait));
        let asked = self.client.send_request(self.subject(key), request);
        let answer = match tokio::time::timeout(wait, asked).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(why)) if why.kind() == RequestErrorKind::NoResponders => return Sent::NobodyThere,
            Ok(Err(_)) | Err(_) => return Sent::NoAnswer,
        };
        let Ok(told) = serde_json::from_slice::<Acknowledgement>(&answer.payload) else {
            return Sent::NoAnswer;
        };
        match (told.seq, told.error) {
            (_, Some(error)) => match error.err_code {
                WRONG_LAST_REVISION | WRONG_WHILE_UNDER_WAY => Sent::Wrong,
                STORE_FULL | MESSAGE_TOO_LARGE => {
                    Sent::Refused(StateError::TooLarge { key: key.clone(), reason: error.description })
                }
                _ => Sent::NoAnswer,
            },
            (Some(revision), None) => Sent::Kept(revision),
            (None, None) => Sent::NoAnswer,
        }
    }

    /// The key's last message, from the node that leads. Asks again while the answer is behind what was seen.
    pub(super) async fn last(&self, key: &Key, deadline: Instant) -> Result<Option<Last>, StateError> {
        let subject = self.subject(key);
        let mut between = PAUSE_MIN;
        loop {
            let asked = self.stream.get_last_raw_message_by_subject(&subject);
            match tokio::time::timeout(self.attempt_time(deadline), asked).await {
                Ok(Ok(message)) => {
                    if !self.seen().is_behind(key, message.sequence, Instant::now(), MARKERS) {
                        self.note(key, message.sequence);
                        return Ok(Some(Last {
                            revision: message.sequence,
                            attempt: message.headers.get(ATTEMPT).map(|id| id.as_str().to_owned()),
                            value: (!is_marker(&message.headers)).then(|| message.payload.to_vec()),
                        }));
                    }
                }
                Ok(Err(why)) if matches!(why.kind(), LastRawMessageErrorKind::NoMessageFound) => {
                    if !self.seen().is_behind(key, 0, Instant::now(), MARKERS) {
                        return Ok(None);
                    }
                }
                Ok(Err(why)) => {
                    pause(&mut between, deadline).await.map_err(|_| unavailable(&why))?;
                    continue;
                }
                Err(_) => {}
            }
            pause(&mut between, deadline).await?;
        }
    }

    /// A part of the time that is left: an answer that was lost with a node is asked for again.
    fn attempt_time(&self, deadline: Instant) -> Duration {
        let left = deadline.saturating_duration_since(Instant::now());
        (self.options.call_time_max / 4).max(ATTEMPT_MIN).min(left)
    }

    pub(super) fn note(&self, key: &Key, revision: u64) {
        self.seen().note(key, revision, Instant::now());
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn read(&self, key: &Key, deadline: Instant) -> Result<Option<Entry>, StateError> {
        let last = self.last(key, deadline).await?;
        Ok(last.and_then(|last| {
            let value = last.value?;
            Some(Entry { key: key.clone(), value, revision: Revision(last.revision) })
        }))
    }

    pub(super) async fn write(&self, key: &Key, value: &[u8], how: Put) -> Result<Revision, StateError> {
        let deadline = self.deadline();
        self.ready(deadline).await?;
        let write = Write::Value { value, expires_in: how.expires_in };
        self.change(&Wanted { key, expect: how.expect, write }, deadline).await?.ok_or_else(late)
    }
}

/// The key's last message is not what the attempt expected, or was not known.
fn judge(wanted: &Wanted<'_>, last: Option<&Last>, course: &Course) -> Result<Verdict, StateError> {
    let Wanted { key, expect, ref write } = *wanted;
    let revision = last.map_or(0, |last| last.revision);
    if last.is_some_and(|last| last.attempt.as_ref() == Some(&course.attempt)) {
        return Ok(Verdict::Done(Revision(revision)));
    }
    let live = last.is_some_and(|last| last.value.is_some());
    let holds = match expect {
        Expect::Anything => true,
        Expect::Absent => !live,
        Expect::Revision(expected) => live && expected.0 == revision,
    };
    if course.uncertain && (!holds || expect == Expect::Anything) {
        // Ours may have been kept and overwritten: neither success nor conflict can be told.
        let reason = format!("an attempt to change {key} got no answer, and somebody else changed it since");
        return Err(StateError::Unavailable { reason });
    }
    if !holds {
        return Err(StateError::Conflict { key: key.clone() });
    }
    if matches!(write, Write::Marker) && !live {
        return Ok(Verdict::Nothing);
    }
    Ok(Verdict::Try(revision))
}

/// What a look at the key means for a change of it.
enum Verdict {
    Done(Revision),
    Nothing,
    Try(u64),
}

async fn pause(next: &mut Duration, deadline: Instant) -> Result<(), StateError> {
    let until = Instant::now() + *next;
    if until >= deadline {
        return Err(late());
    }
    tokio::time::sleep_until(until).await;
    *next = (*next * 2).min(PAUSE_MAX);
    Ok(())
}

fn headers(write: &Write<'_>, attempt: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ATTEMPT, attempt);
    let life = match write {
        Write::Value { expires_in, .. } => expires_in.map(|life| life.min(EXPIRES_IN_MAX)),
        Write::Marker => {
            headers.insert("KV-Operation", "DEL");
            Some(MARKERS)
        }
    };
    if let Some(life) = life {
        // Whole seconds, rounded up: never shorter than asked for.
        let seconds = life.as_nanos().div_ceil(1_000_000_000).max(1);
        headers.insert("Nats-TTL", format!("{seconds}s"));
    }
    headers
}

/// Does this message say that its key is not there any more?
pub(super) fn is_marker(headers: &HeaderMap) -> bool {
    EXPIRED_OR_REMOVED.iter().any(|name| headers.get(*name).is_some_and(|value| value.as_str() != "PUT"))
}
