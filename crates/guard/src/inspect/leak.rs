//! What must not leave: secrets, personal data, and what errors tell of the inside.
use super::needle::{Needles, is_presigned};
use aho_corasick::AhoCorasick;
use policy::Treatment;
use sensitive::{Class, HashKey, Match, Place, Wanted};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Detectors whose finds are an answer's purpose as often as a leak: a log-in gives a token. They are told, never masked.
const ORDINARY: [&str; 8] =
    ["api-key", "basic-auth", "bearer-token", "credential", "jwt", "password", "random-value", "secret"];

static NO_KEY: LazyLock<HashKey> = LazyLock::new(|| HashKey::new(b""));

/// What was found in a text.
#[derive(Debug, Default)]
pub(super) struct Leaks {
    /// The text without what is masked; none when nothing is.
    pub(super) masked: Option<Vec<u8>>,
    /// What was masked, by kind.
    pub(super) hidden: BTreeSet<String>,
    /// What stayed.
    pub(super) told: BTreeSet<String>,
    /// What makes the whole unfit to leave.
    pub(super) refused: BTreeSet<String>,
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
    let mut current: Option<Vec<u8>> = None;
    if let Some((masked, names)) = needles.masked(text) {
        // The function's own credentials leave in no case; only `tell` of its owner lets them.
        match treated.secrets {
            Treatment::Tell => leaks.told.extend(names),
            Treatment::Refuse => leaks.refused.extend(names),
            Treatment::Mask => {
                leaks.hidden.extend(names);
                current = Some(masked);
            }
        }
    }
    let seen = current.as_deref().unwrap_or(text);
    let found = sensitive::scan(seen, Place::default(), Wanted::All, &NO_KEY);
    let mut masks: Vec<&Match> = Vec::new();
    for one in &found {
        let start = usize::try_from(one.start).unwrap_or(usize::MAX);
        if one.is_example || is_presigned(seen, start) {
            continue;
        }
        let does = match one.class {
            Class::Secret if ORDINARY.contains(&one.detector) || one.detector == "token" => Treatment::Tell,
            Class::Secret => treated.secrets,
            Class::Personal => treated.personal,
        };
        match does {
            Treatment::Tell => {
                leaks.told.insert(one.detector.to_owned());
            }
            Treatment::Mask => {
                leaks.hidden.insert(one.detector.to_owned());
                masks.push(one);
            }
            Treatment::Refuse => {
                leaks.refused.insert(one.detector.to_owned());
            }
        }
    }
    if !masks.is_empty() {
        current = Some(without(seen, &masks));
    }
    leaks.masked = current;
    leaks
}

fn without(text: &[u8], found: &[&Match]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for one in found {
        let (start, end) = (usize::try_from(one.start).unwrap_or(0), usize::try_from(one.end).unwrap_or(0));
        out.extend_from_slice(text.get(at..start).unwrap_or_default());
        out.push(b'[');
        out.extend_from_slice(one.detector.as_bytes());
        out.push(b']');
        at = end;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    out
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
