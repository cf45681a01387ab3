//! A watch: an ephemeral consumer that is made again, where it stopped, whenever anything is in doubt.
//!
//! The server numbers what it delivers: a gap, a missed heartbeat or a new connection ends the consumer, and the
//! next one starts after the last change that was told. Removals leave markers for [`MARKERS`]; who was away for longer
//! than half of that starts over, and says so. A slow reader holds up its own connection's messages only: what the
//! client drops is a gap.
use super::switch::{Kind, Switch};
use super::{MARKERS, call::is_marker, late, unavailable};
use crate::{Change, Entry, Key, Pending, Revision, StateError, Watch};
use async_nats::Subscriber;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, ReplayPolicy, push};
use async_nats::jetstream::context::Context;
use async_nats::jetstream::message::Message;
use futures_util::StreamExt;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How often a silent consumer shows that it lives.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// A consumer silent for so long is made again.
const SILENCE_MAX: Duration = Duration::from_secs(5);
/// The server forgets a consumer that nobody listens to after this time.
const FORGOTTEN: Duration = Duration::from_secs(30);
/// How often a question is asked within the time of one call.
const ATTEMPTS: u32 = 4;
/// Longest pause between attempts to make a consumer.
const PAUSE_MAX: Duration = Duration::from_secs(1);

pub(super) struct Follower {
    context: Context,
    stream: String,
    /// What stands before a key in its subject.
    before: String,
    prefix: String,
    headers_only: bool,
    call_time_max: Duration,
    switch: Arc<Switch>,
    place: Place,
    consumer: Option<Consumer>,
    ready: VecDeque<Result<Change, StateError>>,
}

/// What is followed.
pub(super) struct Followed {
    pub(super) switch: Arc<Switch>,
    pub(super) prefix: String,
    pub(super) headers_only: bool,
}

/// How far it was told.
struct Place {
    /// Revision last delivered; 0: nothing yet.
    last: u64,
    /// All that was present has been told.
    current: bool,
    /// When the cluster last proved that nothing is missing.
    sure: Instant,
    /// The reader knows that the cluster is away.
    told_away: bool,
    pause: Duration,
}

/// One consumer on the server and our ear.
struct Consumer {
    messages: Subscriber,
    /// Number of the last delivery.
    delivered: u64,
}

impl fmt::Debug for Follower {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "watch of `{}` at {}", self.prefix, self.place.last)
    }
}

impl Follower {
    pub(super) fn new(context: Context, bucket: &str, call_time_max: Duration, followed: Followed) -> Self {
        let Followed { switch, prefix, headers_only } = followed;
        let pause = Duration::from_millis(50);
        let place = Place { last: 0, current: false, sure: Instant::now(), told_away: false, pause };
        Self {
            context,
            stream: super::bucket::stream(bucket),
            before: super::bucket::prefix(bucket),
            prefix,
            headers_only,
            call_time_max,
            switch,
            place,
            consumer: None,
            ready: VecDeque::new(),
        }
    }

    /// Makes the consumer; the first time also in [`super::Cluster::watch`], to fail there.
    pub(super) async fn start(&mut self) -> Result<(), StateError> {
        if self.place.last != 0 || self.place.current {
            let away = self.place.sure.elapsed() > MARKERS / 2;
            if away || self.is_older().await? {
                self.place.last = 0;
                self.place.current = false;
                let reason = if away { "the cluster was away too long" } else { "the bucket was made anew" };
                self.ready.push_back(Err(StateError::StartOver { reason: reason.to_owned() }));
            }
        }
        let inbox = self.context.client().new_inbox();
        let messages =
            self.context.client().subscribe(inbox.clone()).await.map_err(|why| unavailable(&why))?;
        let subjects = if self.prefix.is_empty() {
            vec![format!("{}>", self.before)]
        } else {
            vec![format!("{}{}", self.before, self.prefix), format!("{}{}.>", self.before, self.prefix)]
        };
        let config = push::Config {
            deliver_subject: inbox,
            deliver_policy: match self.place.last {
                0 => DeliverPolicy::LastPerSubject,
                last => DeliverPolicy::ByStartSequence { start_sequence: last + 1 },
            },
            ack_policy: AckPolicy::None,
            replay_policy: ReplayPolicy::Instant,
            max_deliver: 1,
            filter_subjects: subjects,
            headers_only: self.headers_only,
            flow_control: true,
            idle_heartbeat: HEARTBEAT,
            num_replicas: 1,
            memory_storage: true,
            inactive_threshold: FORGOTTEN,
            ..push::Config::default()
        };
        let made = self.context.create_consumer_on_stream(config, self.stream.clone());
        let made = tokio::time::timeout(self.call_time_max, made).await.map_err(|_| late())?;
        let pending = made.map_err(|why| unavailable(&why))?.cached_info().num_pending;
        if pending == 0 {
            self.up_to_date();
        }
        self.consumer = Some(Consumer { messages, delivered: 0 });
        self.place.sure = Instant::now();
        self.place.told_away = false;
        self.place.pause = Duration::from_millis(50);
        Ok(())
    }

    /// Does the bucket not reach to where we were? Then it is another one.
    async fn is_older(&self) -> Result<bool, StateError> {
        let deadline = Instant::now() + self.call_time_max;
        let wait = self.call_time_max / ATTEMPTS;
        loop {
            // On a new connection an answer may be lost: it is asked for again before the call is given up.
            let asked = tokio::time::timeout(wait, self.context.get_stream(&self.stream)).await;
            match asked {
                Ok(Ok(found)) => return Ok(found.cached_info().state.last_sequence < self.place.last),
                Ok(Err(why)) if Instant::now() + wait > deadline => return Err(unavailable(&why)),
                Err(_) if Instant::now() + wait > deadline => return Err(late()),
                Ok(Err(_)) => tokio::time::sleep(wait / 4).await,
                Err(_) => {}
            }
        }
    }

    fn up_to_date(&mut self) {
        if !self.place.current {
            self.place.current = true;
            self.ready.push_back(Ok(Change::UpToDate));
        }
    }

    async fn turn(&mut self) -> Result<Change, StateError> {
        loop {
            if let Some(next) = self.ready.pop_front() {
                return next;
            }
            let Some(consumer) = &mut self.consumer else {
                self.restart().await?;
                continue;
            };
            let Ok(Some(message)) = tokio::time::timeout(SILENCE_MAX, consumer.messages.next()).await else {
                self.consumer = None;
                continue;
            };
            if let Some(status) = message.status {
                self.status(status.as_u16(), &message).await;
            } else {
                self.message(Message { message, context: self.context.clone() });
            }
        }
    }

    /// Makes the consumer again. Tells once that the cluster is away, then tries on.
    async fn restart(&mut self) -> Result<(), StateError> {
        let switch = Arc::clone(&self.switch);
        // Whoever only watches must leave a node that is cut off, too.
        switch.turn(&self.context.client()).await;
        let call = switch.begin(Kind::Watch);
        let Err(why) = call.end(self.start().await) else { return Ok(()) };
        if !self.place.told_away {
            self.place.told_away = true;
            return Err(why);
        }
        tokio::time::sleep(self.place.pause).await;
        self.place.pause = (self.place.pause * 2).min(PAUSE_MAX);
        Ok(())
    }

    async fn status(&mut self, status: u16, message: &async_nats::Message) {
        if status != 100 {
            // The consumer is gone.
            self.consumer = None;
            return;
        }
        if let Some(reply) = &message.reply {
            // The server asks whether we keep up. An answer that is lost shows as silence.
            self.context.client().publish(reply.clone(), Vec::new().into()).await.ok();
            return;
        }
        let header = |name| message.headers.as_ref().and_then(|headers| headers.get(name));
        if let Some(stalled) = header("Nats-Consumer-Stalled") {
            // Its question, or our answer, was lost: the server waits.
            self.context.client().publish(stalled.as_str().to_owned(), Vec::new().into()).await.ok();
            return;
        }
        let told = header("Nats-Last-Consumer");
        let told = told.and_then(|number| number.as_str().parse::<u64>().ok());
        let Some(consumer) = &self.consumer else { return };
        if told.is_some_and(|told| told != consumer.delivered) {
            self.consumer = None;
            return;
        }
        self.place.sure = Instant::now();
        // Nothing waits on the server's side.
        self.up_to_date();
    }

    fn message(&mut self, message: Message) {
        let Some(consumer) = &mut self.consumer else { return };
        let Ok(info) = message.info() else {
            self.consumer = None;
            return;
        };
        if info.consumer_sequence != consumer.delivered + 1 {
            self.consumer = None;
            return;
        }
        consumer.delivered = info.consumer_sequence;
        let (revision, pending) = (info.stream_sequence, info.pending);
        self.place.last = revision;
        self.place.sure = Instant::now();
        let key = message.subject.strip_prefix(&self.before).and_then(|key| Key::new(key).ok());
        let removed = message.headers.as_ref().is_some_and(is_marker);
        let revision = Revision(revision);
        match key {
            Some(key) if removed => {
                if self.place.current {
                    self.ready.push_back(Ok(Change::Removed { key, revision }));
                }
            }
            Some(key) => {
                self.ready.push_back(Ok(Change::Put(Entry {
                    key,
                    value: message.payload.to_vec(),
                    revision,
                })));
            }
            None => {
                let reason = "it holds a key that only other programs write".to_owned();
                self.ready.push_back(Err(StateError::Damaged { reason }));
            }
        }
        if pending == 0 {
            self.up_to_date();
        }
    }
}

impl Watch for Follower {
    fn next(&mut self) -> Pending<'_, Option<Result<Change, StateError>>> {
        Box::pin(async move { Some(self.turn().await) })
    }
}
