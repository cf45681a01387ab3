//! Why two engines disagree on a request: causes, each with a test that asks the engines themselves and that can fail.
//!
//! A cause is believed only when the change that takes it away also takes the difference away, or when both engines, asked the one
//! question alone, still give different answers.
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use replay::exchange::{self, Setting};
use replay::message::Request;
use waf::rule::{Item, Operator, RuleSet, Severity};
use waf::{Fields, Match, NoPersistence, Plan};

use crate::support::{self, Exchange};

/// Ids of the set that count for the score of a request, and the score that blocks.
const SCORING: std::ops::Range<u64> = 911_000..949_000;
const THRESHOLD: u32 = 5;
/// Rules that only look at scores.
const SUMMING: &[u64] = &[949_110, 949_111, 980_170];
/// The engine's settings: a body that cannot be read, and a form that breaks its rules.
const BROKEN: &[u64] = &[7_700_003, 7_700_004, 7_700_005];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Here,
    There,
}

/// Name and judgement of every cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// Without the body no difference is left, and both sides refuse it as broken.
    BrokenForBoth,
    /// The same, and one side refuses it.
    BrokenHere,
    BrokenThere,
    /// XML without a byte is broken there.
    EmptyXml,
    /// With `ctl:forceRequestBodyVariable` for every request the rule matches here, too.
    BodyVariable,
    /// An encoded question mark in the path cuts the path there; with another letter in its place both agree.
    EncodedQuestionMark,
    /// A part of a form in UTF-7 is decoded here; with another charset in its place both agree.
    PartInUtf7,
    /// The rule set's own test of this very form asks for what happens here.
    OwnTest,
    /// `@pm` misses there a phrase that it finds when it is asked for the phrase alone.
    MissedPhrase,
    /// libinjection there and here, asked for the same bytes, disagree.
    Libinjection,
    /// The score follows from the rules that matched, on both sides, and other ids differ.
    Follows,
}

impl Cause {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::BrokenForBoth => "a broken body that both refuse, read further by one",
            Self::BrokenHere => "a broken body that only we refuse",
            Self::BrokenThere => "a broken body that only libmodsecurity refuses",
            Self::EmptyXml => "XML without a byte, refused there",
            Self::BodyVariable => "XML and forms in REQUEST_BODY there",
            Self::EncodedQuestionMark => "`%3F` in a path cuts it there",
            Self::PartInUtf7 => "a part in UTF-7, decoded here",
            Self::OwnTest => "the rule set's own test says as we do",
            Self::MissedPhrase => "a phrase that `@pm` misses there",
            Self::Libinjection => "libinjection, older there",
            Self::Follows => "the score follows",
        }
    }
}

/// A request on which the engines disagree.
pub(crate) struct Case<'a> {
    pub(crate) exchange: &'a Exchange,
    pub(crate) ours: Vec<Match>,
    /// Ids in the order of the log, with repetitions.
    pub(crate) theirs: Vec<u64>,
}

impl Case<'_> {
    pub(crate) fn differences(&self) -> BTreeSet<(u64, Side)> {
        differences(&self.our_ids(), &self.theirs.iter().copied().collect())
    }

    fn our_ids(&self) -> BTreeSet<u64> {
        told(&self.ours)
    }
}

/// libmodsecurity tells no rule with `noauditlog`.
const UNTOLD_THERE: &[u64] = &[980_170];

pub(crate) fn told(matches: &[Match]) -> BTreeSet<u64> {
    matches.iter().map(|found| found.rule).filter(|id| !UNTOLD_THERE.contains(id)).collect()
}

pub(crate) fn differences(ours: &BTreeSet<u64>, theirs: &BTreeSet<u64>) -> BTreeSet<(u64, Side)> {
    let here = ours.difference(theirs).map(|id| (*id, Side::Here));
    here.chain(theirs.difference(ours).map(|id| (*id, Side::There))).collect()
}

/// The engines to ask again.
pub(crate) struct Engines<'a> {
    pub(crate) peer: &'a Path,
    pub(crate) rules: &'a Path,
    pub(crate) scratch: &'a Path,
    pub(crate) plan: &'a Plan,
    /// The same with every body in `REQUEST_BODY`.
    pub(crate) forced: &'a Plan,
    pub(crate) set: &'a RuleSet,
    /// What the rule set's own tests ask of a form, by [`key`].
    pub(crate) asked: &'a BTreeMap<Vec<u8>, Asked>,
}

/// Ids that a request must match, and ids that it must not.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) matched: BTreeSet<u64>,
    pub(crate) unmatched: BTreeSet<u64>,
}

impl Engines<'_> {
    /// What differs on changed requests.
    fn again(&self, exchanges: &[Exchange]) -> Vec<BTreeSet<(u64, Side)>> {
        let theirs = support::run(self.peer, self.rules, &["ids"], exchanges);
        let both = exchanges.iter().zip(theirs);
        both.map(|(one, line)| {
            differences(&told(&run(self.plan, one)), &numbers(&line).into_iter().collect())
        })
        .collect()
    }

    fn operator(&self, id: u64) -> Option<&Operator> {
        self.set.items.iter().find_map(|item| match item {
            Item::Rule(rule) if rule.id == id => rule.links.first().map(|link| &link.operation.operator),
            _ => None,
        })
    }

    fn score(&self, id: u64) -> u32 {
        let severity = self.set.items.iter().find_map(|item| match item {
            Item::Rule(rule) if rule.id == id => rule.metadata.severity,
            _ => None,
        });
        match severity.filter(|_| SCORING.contains(&id)) {
            Some(Severity::Critical) => 5,
            Some(Severity::Error) => 4,
            Some(Severity::Warning) => 3,
            Some(Severity::Notice) => 2,
            _ => 0,
        }
    }
}

pub(crate) fn numbers(line: &str) -> Vec<u64> {
    line.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

pub(crate) fn run(plan: &Plan, exchange: &Exchange) -> Vec<Match> {
    let client = exchange::loopback("agree".to_owned(), 1_700_000_000_000_000);
    let setting = Setting { plan, persistence: &NoPersistence, client: &client };
    exchange::run(setting, &exchange.request, |_| exchange.response.clone()).matches
}

/// Every difference of every case, with its cause where one proves itself.
pub(crate) fn explain(
    engines: &Engines<'_>,
    cases: &[Case<'_>],
) -> Vec<BTreeMap<(u64, Side), Option<Cause>>> {
    let bodiless: Vec<Exchange> = cases.iter().map(|case| without_body(case.exchange)).collect();
    let without_body = engines.again(&bodiless);
    let other_charset: Vec<Exchange> = cases.iter().map(|case| without_utf7(case.exchange)).collect();
    let without_utf7 = engines.again(&other_charset);
    let unquestioned: Vec<Exchange> = cases.iter().map(|case| without_question_mark(case.exchange)).collect();
    let without_mark = engines.again(&unquestioned);
    let probed = probe(engines, cases);
    let mut all = Vec::with_capacity(cases.len());
    for (at, case) in cases.iter().enumerate() {
        let forced = told(&run(engines.forced, case.exchange));
        let asked = Known {
            case,
            forced,
            without_body: &without_body[at],
            without_mark: &without_mark[at],
            without_utf7: &without_utf7[at],
            by_test: engines.asked.get(&key(&case.exchange.request)),
        };
        let mut causes: BTreeMap<(u64, Side), Option<Cause>> = BTreeMap::new();
        for difference in case.differences() {
            let cause = if SUMMING.contains(&difference.0) { None } else { asked.cause(difference) };
            causes.insert(difference, cause.or_else(|| probed.get(&(at, difference.0)).copied()));
        }
        let is_explained = causes.iter().any(|((id, _), cause)| !SUMMING.contains(id) && cause.is_some());
        let follows = is_explained && adds_up(engines, case);
        for ((id, _), cause) in &mut causes {
            if SUMMING.contains(id) && follows {
                *cause = Some(Cause::Follows);
            }
        }
        all.push(causes);
    }
    all
}

/// What is known of one case.
struct Known<'a> {
    case: &'a Case<'a>,
    forced: BTreeSet<u64>,
    without_body: &'a BTreeSet<(u64, Side)>,
    without_mark: &'a BTreeSet<(u64, Side)>,
    without_utf7: &'a BTreeSet<(u64, Side)>,
    by_test: Option<&'a Asked>,
}

impl Known<'_> {
    fn cause(&self, (id, side): (u64, Side)) -> Option<Cause> {
        let request = &self.case.exchange.request;
        let refuses = |ids: &BTreeSet<u64>| BROKEN.iter().any(|id| ids.contains(id));
        let here = refuses(&self.case.our_ids());
        let there = refuses(&self.case.theirs.iter().copied().collect());
        if side == Side::There && !BROKEN.contains(&id) && is_parsed(request) && self.forced.contains(&id) {
            return Some(Cause::BodyVariable);
        }
        if side == Side::Here && has_encoded_mark(request) && !self.without_mark.iter().any(|one| one.0 == id)
        {
            return Some(Cause::EncodedQuestionMark);
        }
        if self.by_test.is_some_and(|test| match side {
            Side::Here => test.matched.contains(&id),
            Side::There => test.unmatched.contains(&id),
        }) {
            return Some(Cause::OwnTest);
        }
        if side == Side::Here && is_utf7(request) && !self.without_utf7.iter().any(|one| one.0 == id) {
            return Some(Cause::PartInUtf7);
        }
        if self.without_body.iter().any(|one| one.0 == id) {
            return None;
        }
        match (here, there) {
            (false, true) if request.body.is_empty() => Some(Cause::EmptyXml),
            (true, true) => Some(Cause::BrokenForBoth),
            (true, false) => Some(Cause::BrokenHere),
            (false, true) => Some(Cause::BrokenThere),
            (false, false) => None,
        }
    }
}

/// Whether on both sides the score that the matched rules make says what the rule of scores said.
fn adds_up(engines: &Engines<'_>, case: &Case<'_>) -> bool {
    let ours: Vec<u64> = case.ours.iter().map(|found| found.rule).collect();
    [&ours, &case.theirs].into_iter().all(|ids| {
        let score: u32 = ids.iter().map(|id| engines.score(*id)).sum();
        (score >= THRESHOLD) == ids.contains(&949_110)
    })
}

fn content_type(request: &Request) -> Vec<u8> {
    request.headers.first(b"content-type").unwrap_or_default().to_ascii_lowercase()
}

/// XML or a multipart form: what one engine keeps out of `REQUEST_BODY`.
fn is_parsed(request: &Request) -> bool {
    let kind = content_type(request);
    kind.starts_with(b"multipart/") || kind.windows(3).any(|part| part == b"xml")
}

fn without_body(exchange: &Exchange) -> Exchange {
    let mut headers = Fields::default();
    for field in exchange.request.headers.iter() {
        if !field.name.to_ascii_lowercase().starts_with(b"content-") {
            headers.push(field.name, field.value);
        }
    }
    Exchange { request: Request { headers, body: Vec::new(), ..exchange.request.clone() }, response: None }
}

/// The type and bytes of a form: what its rules see.
pub(crate) fn key(request: &Request) -> Vec<u8> {
    [content_type(request), request.body.clone()].concat()
}

const UTF7: &[u8] = b"charset=utf-7";

fn is_utf7(request: &Request) -> bool {
    request.body.to_ascii_lowercase().windows(UTF7.len()).any(|part| part == UTF7)
}

/// The same length, so that nothing else changes.
fn without_utf7(exchange: &Exchange) -> Exchange {
    let mut body = exchange.request.body.clone();
    let lower = body.to_ascii_lowercase();
    for at in 0..lower.len().saturating_sub(UTF7.len()) {
        if lower[at..].starts_with(UTF7) {
            body[at + UTF7.len() - 1] = b'8';
        }
    }
    Exchange { request: Request { body, ..exchange.request.clone() }, ..exchange.clone() }
}

fn has_encoded_mark(request: &Request) -> bool {
    let path = request.target.split(|byte| *byte == b'?').next().unwrap_or_default();
    path.windows(3).any(|part| part.eq_ignore_ascii_case(b"%3f"))
}

fn without_question_mark(exchange: &Exchange) -> Exchange {
    let mut target = exchange.request.target.clone();
    let mut at = 0;
    while at + 3 <= target.len() && target[at] != b'?' {
        if target[at..at + 3].eq_ignore_ascii_case(b"%3f") {
            target.splice(at..at + 3, *b"%3e");
        }
        at += 1;
    }
    Exchange { request: Request { target, ..exchange.request.clone() }, response: None }
}

/// Operators asked alone, for the value in which a rule matched on one side only.
fn probe(engines: &Engines<'_>, cases: &[Case<'_>]) -> BTreeMap<(usize, u64), Cause> {
    let mut rules = String::from("SecRuleEngine DetectionOnly\nSecRequestBodyAccess On\n");
    let mut asked: Vec<(usize, u64, u64, Exchange, Cause)> = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        for (id, side) in case.differences() {
            let Some(operator) = engines.operator(id) else { continue };
            for (text, cause) in questions(operator, case, id, side) {
                let number = 1000 + u64::try_from(asked.len()).unwrap();
                rules.push_str(&format!(
                    "SecRule REQUEST_BODY \"{}\" \"id:{number},phase:2,pass,log,t:none\"\n",
                    text.0
                ));
                asked.push((at, id, number, raw(&text.1), cause));
            }
        }
    }
    let path: PathBuf = engines.scratch.join("probe.conf");
    std::fs::write(&path, rules).unwrap();
    let exchanges: Vec<Exchange> = asked.iter().map(|one| one.3.clone()).collect();
    let answers = support::run(engines.peer, &path, &["ids"], &exchanges);
    let mut causes = BTreeMap::new();
    for ((at, id, number, _, cause), answer) in asked.into_iter().zip(answers) {
        let is_here = cases[at].ours.iter().any(|found| found.rule == id);
        let is_there = numbers(&answer).contains(&number);
        let proves = match cause {
            // The phrase alone is found.
            Cause::MissedPhrase => is_there,
            // The same bytes are judged otherwise.
            _ => is_there != is_here,
        };
        if proves {
            causes.insert((at, id), cause);
        }
    }
    causes
}

type Question = ((String, Vec<u8>), Cause);

fn questions(operator: &Operator, case: &Case<'_>, id: u64, side: Side) -> Vec<Question> {
    let found = case.ours.iter().filter(|found| found.rule == id && side == Side::Here);
    // What is cut or escaped is not the value any more: nothing is asked, and the difference stays unexplained.
    let whole = |text: &str| text.len() < 200 && !text.contains('\\');
    match operator {
        Operator::Pm(_) => found
            .filter_map(|found| {
                let phrase = found.data.strip_prefix("Matched Data: ")?.split(" found within ").next()?;
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"./_-".contains(&byte);
                let fits = whole(&found.value) && phrase.bytes().all(plain);
                let question = (format!("@pm {phrase}"), found.value.clone().into_bytes());
                fits.then_some((question, Cause::MissedPhrase))
            })
            .collect(),
        Operator::DetectXss | Operator::DetectSqli => {
            let name = if matches!(operator, Operator::DetectXss) { "@detectXSS" } else { "@detectSQLi" };
            let ours = found.map(|found| found.value.clone()).filter(|value| whole(value));
            let theirs = arguments(&case.exchange.request).into_iter().filter(|_| side == Side::There);
            ours.chain(theirs)
                .map(|value| ((name.to_owned(), value.into_bytes()), Cause::Libinjection))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Names and values of the query, decoded: what a rule may have seen there.
fn arguments(request: &Request) -> Vec<String> {
    let text = String::from_utf8_lossy(&request.target).into_owned();
    let query = text.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
    query.split('&').flat_map(|one| one.split('=').map(decoded).chain([decoded(one)])).collect()
}

fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let ahead: Vec<u8> = rest.clone().take(2).collect();
        let value = std::str::from_utf8(&ahead).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, value) {
            (b'%', Some(value)) if ahead.len() == 2 => {
                out.push(value);
                rest.nth(1);
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A request that is nothing but its body.
fn raw(body: &[u8]) -> Exchange {
    let mut headers = Fields::default();
    headers.push(b"Host", b"localhost");
    headers.push(b"Content-Type", b"text/plain");
    headers.push(b"Content-Length", body.len().to_string().as_bytes());
    let request = Request {
        method: b"POST".to_vec(),
        target: b"/".to_vec(),
        protocol: b"HTTP/1.1".to_vec(),
        headers,
        body: body.to_vec(),
        refusal: None,
    };
    Exchange { request, response: None }
}
