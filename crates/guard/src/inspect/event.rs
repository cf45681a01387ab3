//! The checks of an event, in their order.
use super::batch;
use super::caller::Asked;
use super::problem::Problem;
use super::route::Parameters;
use super::{Inspector, rules, schema, source};
use crate::{Action, Answer, Invocation, Layer, Outcome};
use access::{Identity, encode};
use policy::{HttpRoute, Mode};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::PoisonError;
use waf::event::{Event, EventError, HttpRequest, Note, Parsed, Record, Tree, Trigger};

/// Where the platform writes the claims of a token that it verified.
const CLAIMS: [&[u8]; 4] = [
    b"requestContext.authorizer.jwt.claims.",
    b"requestContext.authorizer.claims.",
    b"requestContext.authorizer.lambda.",
    b"identity.claims.",
];
/// Where the platform writes who signed the request.
const PRINCIPALS: [&[u8]; 3] = [
    b"requestContext.authorizer.iam.userArn",
    b"requestContext.identity.userArn",
    b"requestContext.authorizer.principalId",
];

impl Inspector {
    /// All checks. Gives the trigger that the event has by its shape, too.
    pub(super) fn judge(&self, invocation: &Invocation, now_ms: u64) -> (Trigger, Result<Outcome, Problem>) {
        let parsed = waf::event::parse(&invocation.event, &self.limits);
        let read = parsed.and_then(|parsed| parsed.event(None).map(|event| (parsed, event)));
        let (parsed, event) = match read {
            Ok(read) => read,
            Err(error) => return (invocation.trigger, Err(unreadable(&error))),
        };
        (event.trigger, self.checks((&event, &parsed), invocation, now_ms))
    }

    fn checks(
        &self,
        (event, parsed): (&Event, &Parsed<'_>),
        invocation: &Invocation,
        now_ms: u64,
    ) -> Result<Outcome, Problem> {
        for note in &event.notes {
            if let Note::NestedTooDeep(path) = note {
                let reason =
                    format!("`{}` holds text in text, too deep to look into", super::problem::shown(path));
                return Err(Problem::hostile(Layer::Limit, 413, reason).rule("nesting"));
            }
        }
        let fitting = source::check(&self.sources, event)?;
        let claimed = claimed(event);
        let first = event.records.iter().find_map(|record| record.http.as_ref());
        let paths = first.map(|http| paths(http, event)).unwrap_or_default();
        if let Some(http) = first {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            self.caller(event, (http, &paths), (&fitting, claimed), (invocation, now_ms))?;
            if let Some(input) = &self.input {
                self.told_or(input.request(http, &paths), input, invocation)?;
            }
        } else {
            let asked = Asked {
                method: "INVOKE",
                path: event.trigger.name(),
                route: event.trigger.name(),
                parameters: &Vec::new(),
                host: "",
                address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
                identity: claimed.as_ref(),
            };
            self.callers.limited(&asked, (invocation, now_ms))?;
        }
        self.records((event, parsed), invocation, now_ms)
    }

    /// Who calls over HTTP, and whether they may.
    fn caller(
        &self,
        event: &Event,
        (http, paths): (&HttpRequest, &[&str]),
        (fitting, claimed): (&[&source::Known], Option<Identity>),
        (invocation, now_ms): (&Invocation, u64),
    ) -> Result<(), Problem> {
        let now = now_ms / 1000;
        let method = String::from_utf8_lossy(&http.method).to_ascii_uppercase();
        let routed = source::route(fitting, &method, paths);
        let signed = self.signed(http, fitting, now)?;
        let route = routed.as_ref().map(|(route, _)| *route);
        let (shown, told) = self.tokens.check(http, route, now)?;
        if let Some(problem) = told {
            self.tell(Action::Told, &problem, invocation);
        }
        if let (Some(shown), Some(claimed)) = (&shown, &claimed)
            && !claimed.subject.is_empty()
            && shown.subject != claimed.subject
            && has_claims(event)
        {
            let reason = "the claims of the event are not those of its token";
            return Err(Problem::hostile(Layer::Authentication, 401, reason).rule("claims"));
        }
        let none: Parameters = Vec::new();
        let name = route.map(route_name).unwrap_or_default();
        let host = http.headers.first(b"host").map(|host| String::from_utf8_lossy(host)).unwrap_or_default();
        let asked = Asked {
            method: &method,
            path: paths.last().copied().unwrap_or("/"),
            route: &name,
            parameters: routed.as_ref().map_or(&none, |(_, parameters)| parameters),
            host: &host,
            address: http.client.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            identity: shown.as_ref().or(signed.as_ref()).or(claimed.as_ref()),
        };
        self.callers.may(&asked, now)?;
        let named = self.named(http);
        let asked = Asked { identity: asked.identity.or(named.as_ref()), ..asked };
        self.callers.limited(&asked, (invocation, now_ms))
    }

    /// Whoever the header of `access.identity` names: for limits only, nothing of it is proven.
    fn named(&self, http: &HttpRequest) -> Option<Identity> {
        let name = self.policy.access.identity.as_deref()?;
        let value = http.headers.first(name.as_bytes())?;
        let claims: Map<String, Value> =
            [("sub".to_owned(), Value::String(encode::base64url(&encode::sha256(value))))]
                .into_iter()
                .collect();
        Some(access::policy::identity_of(&claims, access::Method::ApiKey))
    }

    fn signed(
        &self,
        http: &HttpRequest,
        fitting: &[&source::Known],
        now: u64,
    ) -> Result<Option<Identity>, Problem> {
        if !self.callers.has_webhooks() {
            return Ok(None);
        }
        for (place, known) in self.sources.iter().enumerate() {
            if fitting.iter().any(|one| std::ptr::eq(*one, known))
                && let Some(webhook) = self.callers.webhook(place)
            {
                return self.callers.signed(webhook, http, now).map(Some);
            }
        }
        Ok(None)
    }

    /// Schema and rules of each record.
    fn records(
        &self,
        (event, parsed): (&Event, &Parsed<'_>),
        invocation: &Invocation,
        now_ms: u64,
    ) -> Result<Outcome, Problem> {
        // One tree for schema and rules.
        let http = event.records.first().and_then(|record| record.http.as_ref());
        let body = http
            .filter(|_| event.trigger != Trigger::AppSync)
            .and_then(|http| rules::parsed_body(&http.body));
        let mut bad: BTreeSet<usize> = BTreeSet::new();
        let parts = self.takes_parts(event);
        let id = (invocation.request_id.as_str(), now_ms);
        let is_clean = self.rules.get()?.is_some_and(|rules| rules.is_clean(event, id));
        for (at, record) in event.records.iter().enumerate() {
            let checked = self.schema_of((event, at), (parsed, body.as_ref()), invocation).and_then(|()| {
                match self.rules.get()?.filter(|_| !is_clean) {
                    Some(rules) => rules.check(event, (record, body.as_ref().filter(|_| at == 0)), id),
                    None => Ok(()),
                }
            });
            match checked {
                Ok(()) => {}
                Err(problem) if parts && !record.path.is_empty() => {
                    self.tell(Action::Blocked, &problem, invocation);
                    bad.insert(index_of(record).unwrap_or(at));
                }
                Err(problem) => return Err(problem),
            }
        }
        if bad.is_empty() {
            return Ok(Outcome::Pass);
        }
        let unsplit =
            || Problem::hostile(Layer::Rules, 403, "messages of the batch are refused").rule("batch");
        let rest = batch::without(&invocation.event, &bad).ok_or_else(unsplit)?;
        match rest.event {
            Some(event) => {
                let mut dropped = self.dropped.lock().unwrap_or_else(PoisonError::into_inner);
                dropped.note(&invocation.request_id, rest.refused);
                Ok(Outcome::Change(event.into()))
            }
            None => {
                let answer = Answer::Response(batch::all_failed(&rest.refused));
                Ok(Outcome::Refuse(unsplit().refusal(), answer))
            }
        }
    }

    /// The schema of one record.
    fn schema_of(
        &self,
        (event, at): (&Event, usize),
        (parsed, body): (&Parsed<'_>, Option<&Parsed<'_>>),
        invocation: &Invocation,
    ) -> Result<(), Problem> {
        let Some(input) = self.input.as_ref().filter(|input| input.wants_json()) else { return Ok(()) };
        let http = event.records.first().and_then(|record| record.http.as_ref());
        let check = |value: Tree<'_, '_>| input.payload(value, Layer::Schema);
        let checked = match (http.filter(|_| event.trigger != Trigger::AppSync), body) {
            (Some(_), _) if at > 0 => Ok(()),
            (Some(_), Some(body)) => check(body.tree()),
            (Some(http), None) => schema::of_body(&http.body, check),
            (None, _) => input.record(parsed.tree(), event.trigger, at),
        };
        self.told_or(checked, input, invocation)
    }

    /// Whether bad messages can be taken out. The order of a FIFO queue would not survive it.
    fn takes_parts(&self, event: &Event) -> bool {
        let is_fifo = || {
            event
                .records
                .iter()
                .flat_map(|record| record.arguments.iter())
                .any(|field| field.name.ends_with(b".eventSourceARN") && field.value.ends_with(b".fifo"))
        };
        event.trigger == Trigger::Sqs
            && self.policy.mode == Mode::Block
            && self.sources.iter().any(|known| known.kind == Trigger::Sqs && known.policy.partial_failures)
            && !is_fifo()
    }

    /// A difference to a schema that nobody locked is told.
    fn told_or(
        &self,
        checked: Result<(), Problem>,
        checker: &schema::Checker,
        invocation: &Invocation,
    ) -> Result<(), Problem> {
        match checked {
            Err(problem) if checker.is_told_only => {
                self.tell(Action::Told, &problem, invocation);
                Ok(())
            }
            other => other,
        }
    }
}

fn unreadable(error: &EventError) -> Problem {
    match error {
        EventError::NotJson(_) => {
            Problem::new(Layer::Limit, 400, super::problem::shown(&error.to_string())).rule("json")
        }
        EventError::Limit { limit, .. } => {
            Problem::hostile(Layer::Limit, 413, error.to_string()).rule(*limit)
        }
    }
}

/// `Records.3`: the number.
fn index_of(record: &Record) -> Option<usize> {
    record.path.rsplit_once('.')?.1.parse().ok()
}

/// `GET /orders/{id}`
pub(super) fn route_name(route: &HttpRoute) -> String {
    format!("{} {}", route.method, route.path)
}

/// The path as it was sent, without the stage, and decoded.
fn paths(http: &HttpRequest, event: &Event) -> Vec<String> {
    let target = String::from_utf8_lossy(&http.target);
    let raw = target.split('?').next().unwrap_or_default().to_owned();
    let stage = event.records.iter().find_map(|record| {
        let field = record.arguments.iter().find(|field| field.name == b"requestContext.stage")?;
        std::str::from_utf8(field.value).ok().map(str::to_owned)
    });
    let mut paths = Vec::new();
    if let Some(rest) = stage.and_then(|stage| raw.strip_prefix(&format!("/{stage}")).map(str::to_owned))
        && (rest.is_empty() || rest.starts_with('/'))
    {
        paths.push(if rest.is_empty() { "/".to_owned() } else { rest });
    }
    paths.push(raw);
    paths
}

fn has_claims(event: &Event) -> bool {
    let mut names = event.records.iter().flat_map(|record| record.arguments.iter()).map(|field| field.name);
    names.any(|name| name.ends_with(b".claims.sub"))
}

/// Who calls, as the trigger tells it: the claims of a token that it verified, or who signed the request.
fn claimed(event: &Event) -> Option<Identity> {
    let record = event.records.first()?;
    record.http.as_ref()?;
    let mut claims: Map<String, Value> = Map::new();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut principal = None;
    for field in record.arguments.iter() {
        if let Some(name) = CLAIMS.iter().find_map(|prefix| field.name.strip_prefix(*prefix)) {
            claims.insert(text(name), Value::String(text(field.value)));
        }
        if PRINCIPALS.contains(&field.name) && !field.value.is_empty() {
            principal = Some(text(field.value));
        }
    }
    if let Some(principal) = principal {
        claims.entry("sub").or_insert(Value::String(principal));
    }
    if !claims.contains_key("sub") {
        return None;
    }
    // `cognito:groups` is written as `[a b]` or `a,b`.
    if let Some(groups) = claims.get("cognito:groups").and_then(Value::as_str) {
        let groups: Vec<Value> = groups
            .trim_matches(['[', ']'])
            .split([' ', ','])
            .filter(|group| !group.is_empty())
            .map(|group| Value::String(group.to_owned()))
            .collect();
        claims.insert("groups".to_owned(), Value::Array(groups));
    }
    Some(access::policy::identity_of(&claims, access::Method::Jwt))
}
