//! What must not leave: secrets, personal data, and what errors tell of the inside.
use super::needle::{Needles, is_presigned};
use aho_corasick::AhoCorasick;
use policy::Treatment;
use sensitive::{Class, HashKey, Place, Wanted};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

/// Detectors whose finds are an answer's purpose as often as a leak: a log-in gives a token. They are told, never masked.
const ORDINARY: [&str; 8] =
    ["api-key", "basic-auth", "bearer-token", "credential", "jwt", "password", "random-value", "secret"];

static NO_KEY: LazyLock<HashKey> = LazyLock::new(|| HashKey::new(b""));

/// What was found in a text.
#[derive(Debug, Default)]
pub(super) struct Leaks {
    /// What is masked, in order; none overlaps another.
    masks: Vec<Mask>,
    /// What was masked, by kind.
    pub(super) hidden: BTreeSet<String>,
    /// What stayed.
    pub(super) told: BTreeSet<String>,
    /// What makes the whole unfit to leave.
    pub(super) refused: BTreeSet<String>,
}

#[derive(Debug)]
struct Mask {
    at: Range<usize>,
    name: String,
}

impl Leaks {
    /// The text that was looked at, without what is masked; none when nothing is.
    pub(super) fn masked(&self, text: &[u8]) -> Option<Vec<u8>> {
        self.masked_from(text, 0)
    }

    /// The same of the text from `from` on. A mask that begins before stands at its beginning.
    pub(super) fn masked_from(&self, text: &[u8], from: usize) -> Option<Vec<u8>> {
        let mut masks = self.masks.iter().filter(|mask| mask.at.end > from).peekable();
        masks.peek()?;
        let mut out = Vec::with_capacity(text.len().saturating_sub(from));
        let mut done = from;
        for mask in masks {
            out.extend_from_slice(text.get(done..mask.at.start.max(from)).unwrap_or_default());
            out.push(b'[');
            out.extend_from_slice(mask.name.as_bytes());
            out.push(b']');
            done = mask.at.end;
        }
        out.extend_from_slice(text.get(done..).unwrap_or_default());
        Some(out)
    }

    fn take(&mut self, does: Treatment, name: &str, at: Range<usize>) {
        let names = match does {
            Treatment::Tell => &mut self.told,
            Treatment::Refuse => &mut self.refused,
            Treatment::Mask => {
                self.masks.push(Mask { at, name: name.to_owned() });
                &mut self.hidden
            }
        };
        names.insert(name.to_owned());
    }

    /// One mask in the place of those that overlap: the first one's name, the place of all.
    fn join(&mut self) {
        self.masks.sort_by_key(|mask| mask.at.start);
        self.masks.dedup_by(|next, last| {
            let overlaps = next.at.start < last.at.end;
            if overlaps {
                last.at.end = last.at.end.max(next.at.end);
            }
            overlaps
        });
    }
}

/// What happens with each class.
#[derive(Clone, Copy, Debug)]
pub(super) struct Treated {
    pub(super) secrets: Treatment,
    pub(super) personal: Treatment,
}

/// Looks through a text.
pub(super) fn look(text: &[u8], needles: &Needles, treated: Treated) -> Leaks {
    let mut leaks = Leaks::default();
    // The function's own credentials leave in no case; only `tell` of its owner lets them.
    for (at, name) in needles.hits(text) {
        leaks.take(treated.secrets, name, at);
    }
    let own = leaks.masks.len();
    for one in sensitive::scan(text, Place::default(), Wanted::All, &NO_KEY) {
        let at = offset(one.start)..offset(one.end);
        // They stand in order and apart from each other.
        let values = leaks.masks.get(..own).unwrap_or_default();
        let next = values.partition_point(|mask| mask.at.end < at.end);
        let is_own = values.get(next).is_some_and(|mask| mask.at.start <= at.start);
        if is_own || one.is_example || is_presigned(text, at.start) {
            continue;
        }
        let does = match one.class {
            Class::Secret if ORDINARY.contains(&one.detector) || one.detector == "token" => Treatment::Tell,
            Class::Secret => treated.secrets,
            Class::Personal => treated.personal,
        };
        leaks.take(does, one.detector, at);
    }
    leaks.join();
    leaks
}

fn offset(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// Signs of a stack trace or an error of the inside, each with what must follow it.
const SIGNS: &[(&str, After)] = &[
    ("Traceback (most recent call last)", After::Anything),
    (".py\", line ", After::Digit),
    (".py\\\", line ", After::Digit),
    (".py\\\\\\\", line ", After::Digit),
    ("(/var/task/", After::Anything),
    ("(/var/runtime/", After::Anything),
    ("(file:///var/", After::Anything),
    ("at file:///var/", After::Anything),
    ("at /var/task/", After::Anything),
    ("(node:internal/", After::Anything),
    (".java:", After::Frame),
    (".kt:", After::Frame),
    (".scala:", After::Frame),
    ("(Native Method)", After::Anything),
    ("(Unknown Source)", After::Anything),
    ("com.amazonaws.services.lambda.runtime", After::Anything),
    ("goroutine ", After::Goroutine),
    ("panic: runtime error: ", After::Anything),
    (".go:", After::GoFrame),
    (":line ", After::Digit),
    ("Amazon.Lambda.RuntimeSupport", After::Anything),
    (".rb:", After::RubyFrame),
    ("thread 'main' panicked at ", After::Anything),
    ("\"stackTrace\":", After::Frames),
    ("\"stackTrace\" :", After::Frames),
    ("\\\"stackTrace\\\":", After::Frames),
    ("\\\"stackTrace\\\" :", After::Frames),
    ("You have an error in your SQL syntax", After::Anything),
    ("SQLSTATE[", After::Anything),
    ("sqlite3.OperationalError", After::Anything),
    ("psycopg2.errors.", After::Anything),
    ("is not authorized to perform: ", After::Anything),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Anything,
    Digit,
    /// A list that is not empty: an empty one is what a guard leaves of the error of a function that was asked.
    Frames,
    /// `12)`
    Frame,
    /// `1 [running`
    Goroutine,
    /// `12 +0x`
    GoFrame,
    /// ``12:in ` ``
    RubyFrame,
}

static TRACES: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(SIGNS.iter().map(|(sign, _)| sign)).ok());

/// The sign of an error's inside in a text. What the caller sent itself (`sent`) tells it nothing new.
pub(super) fn trace(text: &[u8], sent: &[u8]) -> Option<&'static str> {
    let automaton = TRACES.as_ref()?;
    let hits = automaton.find_overlapping_iter(text);
    hits.take(HITS_MAX)
        .filter_map(|hit| {
            let (sign, after) = SIGNS.get(hit.pattern().as_usize())?;
            let rest = text.get(hit.end()..).unwrap_or_default();
            let is_line =
                *sign != ":line " || text.get(..hit.start()).is_some_and(|head| head.ends_with(b".cs"));
            (is_line && follows(*after, rest)).then_some(*sign)
        })
        .find(|sign| memchr::memmem::find(sent, sign.as_bytes()).is_none())
}

/// Signs that are looked at in one text.
const HITS_MAX: usize = 1000;

fn follows(after: After, rest: &[u8]) -> bool {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let next = rest.get(digits..).unwrap_or_default();
    match after {
        After::Anything => true,
        After::Digit => digits > 0,
        After::Frames => {
            let rest = rest.trim_ascii_start();
            let inside = rest.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
            !rest.starts_with(b"null") && !inside.is_some_and(|inside| inside.starts_with(b"]"))
        }
        After::Frame => digits > 0 && next.starts_with(b")"),
        After::Goroutine => digits > 0 && next.starts_with(b" ["),
        After::GoFrame => digits > 0 && next.starts_with(b" +0x"),
        After::RubyFrame => digits > 0 && next.starts_with(b":in "),
    }
}
