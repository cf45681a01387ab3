//! The rules of inspection over an event.
//!
//! A handler reads more than a web server does: it parses a body as JSON whatever its type says, decodes base64 and opens JSON in texts. So a
//! body that looks like JSON is read as JSON and opened as deep as the handler could; what cannot be read as its type says
//! is looked at as one text.
use super::problem::Problem;
use crate::Layer;
use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use waf::body::Processor;
use waf::event::{Event, EventError, EventLimits, HttpRequest, Parsed, Record, Trigger};
use waf::{Client, Field, Fields, NoPersistence, Plan, Request, Transaction, Verdict};

/// Arguments that one pass of the rules sees; further ones get further passes.
const ARGUMENTS_OF_PASS: usize = 2_000;
/// Arguments that a query or form may bring.
const ARGUMENTS_MAX: usize = 20_000;
const BODY_BYTES_MAX: usize = 12 << 20;

/// Rules of the guard's own beside those that a gateway has: what handlers do with headers.
const EXTRA: &str = include_str!("rules.conf");
const EXTRA_FILE: &str = "85-guard.conf";
const ENTRY: &str = "guard-entry.conf";

/// A rule set that is ready, or is made ready beside the start of the run time.
#[derive(Debug)]
pub(super) struct Ready {
    rules: Arc<OnceLock<Option<Rules>>>,
    /// None: nobody makes it ready but whoever asks first.
    thread: Mutex<Option<JoinHandle<()>>>,
    background: bool,
    policy: policy::Rules,
    left_out: Vec<u64>,
}

/// Makes the rules of a policy ready. Rules of others are read at once, since they can be wrong; ours alone are made ready by a
/// thread while the run time starts (`background`), from [`Ready::begin`] on.
pub(super) fn ready(
    rules: &policy::Rules,
    function: &policy::Function,
    background: bool,
) -> Result<Ready, String> {
    let left_out: Vec<u64> = function.exclusions.keys().copied().collect();
    let cell = Arc::new(OnceLock::new());
    let background = background && rules.files.is_empty();
    if !background {
        drop(cell.set(compile(rules, left_out.iter().copied())?));
    }
    Ok(Ready { rules: cell, thread: Mutex::default(), background, policy: rules.clone(), left_out })
}

impl Ready {
    /// Begins to make the rules ready beside whatever comes next.
    pub(super) fn begin(&self) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.background || thread.is_some() || self.rules.get().is_some() {
            return;
        }
        let (cell, rules, left_out) = (Arc::clone(&self.rules), self.policy.clone(), self.left_out.clone());
        let work = move || {
            if let Ok(made) = compile(&rules, left_out.iter().copied()) {
                if let Some(rules) = &made {
                    rules.warm();
                }
                drop(cell.set(made));
            }
        };
        *thread = std::thread::Builder::new().name("rules".to_owned()).spawn(work).ok();
    }

    /// The rules; waits for the thread that makes them ready.
    pub(super) fn get(&self) -> Result<Option<&Rules>, Problem> {
        if let Some(rules) = self.rules.get() {
            return Ok(rules.as_ref());
        }
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // Whatever became of it, the rules are made below where they are missing.
            drop(thread.join());
        }
        if self.rules.get().is_none() {
            let made = compile(&self.policy, self.left_out.iter().copied()).map_err(|why| {
                Problem::new(Layer::Rules, 502, format!("the rules cannot be used: {why}")).rule("rules")
            })?;
            drop(self.rules.set(made));
        }
        Ok(self.rules.get().and_then(Option::as_ref))
    }
}

/// A rule set, compiled.
#[derive(Debug)]
pub(super) struct Rules {
    plan: Plan,
    /// Rules of others want the body itself, not only its arguments.
    wants_body: bool,
}

/// What a body in an event may cost.
static LIMITS: LazyLock<EventLimits> = LazyLock::new(EventLimits::default);

/// A body that is JSON as it stands, without blanks or marks before it that not every reader passes over.
pub(super) fn parsed_body(body: &[u8]) -> Option<Parsed<'_>> {
    let is_json = matches!(body.first(), Some(b'{' | b'[' | b'"'));
    is_json.then(|| waf::event::parse(body, &LIMITS).ok()).flatten()
}

/// Compiles the rules of a policy, without those that the function leaves out.
pub(super) fn compile(
    rules: &policy::Rules,
    left_out: impl Iterator<Item = u64>,
) -> Result<Option<Rules>, String> {
    let own = rules.own != Some(false);
    if !own && rules.files.is_empty() {
        return Ok(None);
    }
    let mut files = waf::own::files();
    let mut entry = format!(
        "SecRuleEngine On\nSecRequestBodyAccess On\nSecResponseBodyAccess Off\nSecRequestBodyLimit {BODY_BYTES_MAX}\n\
         SecRequestBodyLimitAction Reject\nSecArgumentsLimit {ARGUMENTS_MAX}\nSecRequestBodyJsonDepthLimit 100\n"
    );
    if own {
        let mut names: Vec<&str> = waf::own::FILES.iter().map(|(name, _)| *name).collect();
        names.push(EXTRA_FILE);
        names.sort_unstable();
        files.files.insert(EXTRA_FILE.to_owned(), EXTRA.as_bytes().to_vec());
        entry.extend(names.iter().map(|name| format!("Include {name}\n")));
    }
    for (name, text) in &rules.files {
        let name = format!("policy/{name}");
        entry.push_str(&format!("Include {name}\n"));
        files.files.insert(name, text.as_bytes().to_vec());
    }
    entry.extend(left_out.map(|id| format!("SecRuleRemoveById {id}\n")));
    files.files.insert(ENTRY.to_owned(), entry.into_bytes());
    let (set, problems) = waf::seclang::load(ENTRY, &files);
    if let Some(problem) = problems.iter().find(|problem| problem.fatal) {
        return Err(problem.to_string());
    }
    let plan = Plan::compile(&set, waf::Limits::default()).map_err(|error| error.to_string())?;
    Ok(Some(Rules { plan, wants_body: !rules.files.is_empty() }))
}

impl Rules {
    /// Looks at one harmless event, so that what is built at first use is there before the first caller comes.
    fn warm(&self) {
        const EVENT: &[u8] = br#"{"version":"2.0","rawPath":"/a/b","rawQueryString":"name=some+words&number=1","headers":{"accept":"*/*","content-type":"application/json","cookie":"name=value","host":"example.com","user-agent":"Mozilla/5.0"},"requestContext":{"http":{"method":"POST","path":"/a/b"}},"body":"{\"name\":\"some words, and more\",\"list\":[1,\"it's\"]}"}"#;
        let Ok(event) = waf::event::read(EVENT, None, &LIMITS) else { return };
        for record in &event.records {
            // What the rules say of it tells nobody anything.
            drop(self.check(&event, (record, None), ("prepare", 0)));
        }
        // The detectors of secrets are built at first use, too.
        drop(sensitive::scan(
            b"some words, a=b, token",
            sensitive::Place::default(),
            sensitive::Wanted::All,
            &sensitive::HashKey::new(b""),
        ));
    }

    /// Looks at one record of an event; `parsed` is its body as [`parsed_body`] gives it.
    pub(super) fn check(
        &self,
        event: &Event,
        (record, parsed): (&Record, Option<&Parsed<'_>>),
        (id, now_ms): (&str, u64),
    ) -> Result<(), Problem> {
        let client = client(record.http.as_ref().and_then(|http| http.client), id, now_ms);
        let mut arguments =
            if event.records.len() == 1 { fresh(record) } else { distinct(&record.arguments) };
        match &record.http {
            Some(http) => {
                let body = self.body((http, parsed), event.trigger, &mut arguments)?;
                self.passes(&client, Some((http, body)), &arguments)
            }
            None => self.passes(&client, None, &arguments),
        }
    }

    /// Whether nothing in any record of a batch is worth a look at each of them. Rules of ours add up what they find: a batch
    /// that as a whole is below what they refuse has no record above it. Rules of others may say anything.
    pub(super) fn is_clean(&self, event: &Event, (id, now_ms): (&str, u64)) -> bool {
        if self.wants_body || event.records.len() < 2 || event.records.iter().any(|one| one.http.is_some()) {
            return false;
        }
        let mut arguments = Fields::default();
        for (field, repeated) in event.records.iter().flat_map(pairs) {
            if !repeated {
                arguments.push(field.name, field.value);
            }
        }
        self.passes(&client(None, id, now_ms), None, &arguments).is_ok()
    }

    /// Runs the rules over a request and all arguments, a part of them at a time.
    fn passes(
        &self,
        client: &Client,
        http: Option<(&HttpRequest, BodyForm)>,
        arguments: &Fields,
    ) -> Result<(), Problem> {
        let empty = Fields::default();
        let mut from = 0;
        loop {
            let mut part = Fields::default();
            if arguments.len() > ARGUMENTS_OF_PASS {
                for field in arguments.iter().skip(from).take(ARGUMENTS_OF_PASS) {
                    part.push(field.name, field.value);
                }
            }
            let part = if arguments.len() > ARGUMENTS_OF_PASS { &part } else { arguments };
            let mut transaction = Transaction::new(&self.plan, client, &NoPersistence);
            let head = http.as_ref().filter(|_| from == 0).map_or(
                Request { method: b"POST", target: b"/", protocol: b"HTTP/1.1", headers: &empty },
                |(http, _)| Request {
                    method: &http.method,
                    target: &http.target,
                    protocol: b"HTTP/1.1",
                    headers: &http.headers,
                },
            );
            let mut verdict = transaction.request(&head);
            transaction.arguments(part);
            if verdict == Verdict::Pass {
                let body: &[u8] = match &http {
                    Some((http, form)) if from == 0 && self.is_given(*form, transaction.processor()) => {
                        &http.body
                    }
                    _ => &[],
                };
                verdict = transaction.request_body(body);
            }
            if let Verdict::Disrupt(disruption) = verdict {
                return Err(problem(&transaction, disruption.status));
            }
            from += ARGUMENTS_OF_PASS;
            if from >= arguments.len() {
                return Ok(());
            }
        }
    }

    /// Whether the body goes to the rules as it is, beside the arguments that were read from it.
    fn is_given(&self, form: BodyForm, processor: Option<Processor>) -> bool {
        match processor {
            Some(Processor::Json) => self.wants_body && form == BodyForm::Json,
            Some(Processor::UrlEncoded | Processor::Multipart | Processor::Xml) => true,
            _ => self.wants_body,
        }
    }

    /// Adds what a handler could read from a body.
    fn body(
        &self,
        (http, parsed): (&HttpRequest, Option<&Parsed<'_>>),
        trigger: Trigger,
        arguments: &mut Fields,
    ) -> Result<BodyForm, Problem> {
        let opened = opened(http)?;
        let body: &[u8] = opened.as_deref().unwrap_or(&http.body);
        let start = body.trim_ascii_start();
        if start.is_empty() || trigger == Trigger::AppSync {
            return Ok(BodyForm::Other);
        }
        // A byte order mark is no part of JSON, and many parsers drop it.
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        if matches!(start.first(), Some(b'{' | b'[' | b'"')) {
            let read = match parsed.filter(|_| opened.is_none()) {
                Some(parsed) => parsed.distinct("body", arguments),
                None => waf::event::distinct(start, "body", &LIMITS, arguments),
            };
            match read {
                Ok(()) => return Ok(BodyForm::Json),
                Err(EventError::NotJson(_)) => {}
                Err(error @ EventError::Limit { .. }) => {
                    return Err(
                        Problem::hostile(Layer::Limit, 413, format!("the body: {error}")).rule("body")
                    );
                }
            }
        }
        let content_type = http.headers.first(b"content-type").unwrap_or_default().to_ascii_lowercase();
        let has = |part: &[u8]| content_type.windows(part.len()).any(|window| window == part);
        if opened.is_some() || !(has(b"form-urlencoded") || has(b"multipart/form-data") || is_binary(body)) {
            arguments.push(b"body", body);
        }
        Ok(BodyForm::Other)
    }
}

fn client(address: Option<IpAddr>, id: &str, now_ms: u64) -> Client {
    Client {
        address: address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        port: 0,
        server_address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        server_port: 443,
        id: id.to_owned(),
        now_micros: now_ms.saturating_mul(1000),
    }
}

/// The arguments of a record, each with whether one that rules judge alike came before it.
fn pairs(record: &Record) -> impl Iterator<Item = (Field<'_>, bool)> {
    record.arguments.iter().enumerate().map(|(at, field)| (field, record.repeated.get(at) == Some(&true)))
}

/// The arguments of the one record of an event, without those that rules judge as one before.
fn fresh(record: &Record) -> Fields {
    let mut kept = Fields::default();
    for (field, _) in pairs(record).filter(|(_, repeated)| !repeated) {
        kept.push(field.name, field.value);
    }
    kept
}

/// The same within one record of several.
fn distinct(arguments: &Fields) -> Fields {
    const FEW: usize = 16;
    if arguments.len() <= FEW {
        return arguments.clone();
    }
    // Random, so that nobody can write two values that count as one.
    let keys = RandomState::new();
    let (mut names, mut pairs) = (HashSet::new(), HashSet::new());
    let mut kept = Fields::default();
    for field in arguments.iter() {
        let mut hasher = keys.build_hasher();
        for part in field.name.split(|byte| *byte == b'.') {
            // A number is a place in a list.
            let is_place = !part.is_empty() && part.iter().all(u8::is_ascii_digit);
            (!is_place).then_some(part).hash(&mut hasher);
        }
        let is_new_name = names.insert(hasher.finish());
        if !is_new_name && is_number(field.value) {
            continue;
        }
        field.value.hash(&mut hasher);
        if pairs.insert(hasher.finish()) {
            kept.push(field.name, field.value);
        }
    }
    kept
}

/// A number, `true` or `false`: nothing that any rule looks for.
fn is_number(value: &[u8]) -> bool {
    const DIGITS_MAX: usize = 24;
    matches!(value, b"true" | b"false")
        || (value.len() <= DIGITS_MAX
            && value.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
            && !value.windows(2).any(|pair| pair == b".."))
}

/// What a body turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BodyForm {
    Json,
    Other,
}

/// A body without its content coding; none when it has none.
fn opened(http: &HttpRequest) -> Result<Option<Vec<u8>>, Problem> {
    let Some(coding) = http.headers.first(b"content-encoding") else { return Ok(None) };
    if coding.is_empty() || coding.eq_ignore_ascii_case(b"identity") || http.body.is_empty() {
        return Ok(None);
    }
    let plain = waf::body::decompress(coding, &http.body, &waf::Limits::default());
    plain.map(Some).map_err(|_| {
        Problem::new(Layer::Limit, 400, "the body cannot be read as its `content-encoding` says").rule("body")
    })
}

/// Pictures and archives are no text for rules.
fn is_binary(body: &[u8]) -> bool {
    const LOOKED_AT: usize = 512;
    let head = body.get(..LOOKED_AT.min(body.len())).unwrap_or_default();
    head.contains(&0)
}

/// What the rules found: the rules that scored, never the value.
fn problem(transaction: &Transaction<'_>, status: u16) -> Problem {
    let scored: Vec<_> = transaction.matches().iter().filter(|found| !is_decision(found)).collect();
    let last = transaction.matches().last();
    let Some(first) = scored.first().copied().or(last) else {
        return Problem::hostile(Layer::Rules, status, "a rule of inspection refuses the event");
    };
    let more = scored.len().saturating_sub(1);
    let further = if more == 0 { String::new() } else { format!(", and {more} more") };
    let reason = format!("{} in `{}`{further}", first.message, super::problem::shown(&first.variable));
    let status = if matches!(status, 400..=499) { status } else { 403 };
    Problem::hostile(Layer::Rules, status, reason).rule(first.rule.to_string())
}

fn is_decision(found: &waf::Match) -> bool {
    found.tags.iter().any(|tag| tag == "anomaly-evaluation")
}
