//! One request, and perhaps its response, through a plan.
use std::net::{IpAddr, Ipv4Addr};

use waf::{Client, Disruption, Fields, Match, Persistence, Plan, Scores, Trace, Transaction, Verdict};

use waf::event::{Event, HttpRequest};

use crate::message::{Request, Response};

/// What the engine said of an exchange.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub matches: Vec<Match>,
    pub scores: Scores,
    /// The first verdict that stopped the exchange, or that would have in blocking mode.
    pub disruption: Option<Disruption>,
    /// The exchange was stopped; `false` in detection mode.
    pub is_stopped: bool,
}

/// Everything that stays the same from exchange to exchange.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    pub plan: &'a Plan,
    pub persistence: &'a dyn Persistence,
    pub client: &'a Client,
}

impl std::fmt::Debug for Setting<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Setting").field("client", self.client).finish_non_exhaustive()
    }
}

/// A client on loopback, for traffic that was recorded without one.
#[must_use]
pub fn loopback(id: String, now_micros: u64) -> Client {
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    Client { address, port: 40_000, server_address: address, server_port: 80, id, now_micros }
}

/// Runs all phases. `respond` gives the response; without one, the run ends after the request.
pub fn run(
    setting: Setting<'_>,
    request: &Request,
    respond: impl FnOnce(&Request) -> Option<Response>,
) -> Outcome {
    run_with(setting, request, &Fields::default(), respond)
}

/// Runs every record of an event: those that are requests as such, the others as arguments of none. The worst verdict counts.
pub fn run_event(setting: Setting<'_>, event: &Event) -> Outcome {
    let mut whole =
        Outcome { matches: Vec::new(), scores: Scores::default(), disruption: None, is_stopped: false };
    for record in &event.records {
        let request = record.http.as_ref().map(of_event).unwrap_or_default();
        let one = run_with(setting, &request, &record.arguments, |_| None);
        whole.matches.extend(one.matches);
        whole.scores.inbound = whole.scores.inbound.max(one.scores.inbound);
        whole.scores.detection_inbound = whole.scores.detection_inbound.max(one.scores.detection_inbound);
        whole.disruption = whole.disruption.or(one.disruption);
        whole.is_stopped |= one.is_stopped;
    }
    whole
}

fn run_with(
    setting: Setting<'_>,
    request: &Request,
    arguments: &Fields,
    respond: impl FnOnce(&Request) -> Option<Response>,
) -> Outcome {
    let mut transaction = Transaction::new(setting.plan, setting.client, setting.persistence);
    let verdict = through(setting.plan, &mut transaction, request, arguments, respond);
    transaction.finish();
    let is_stopped = matches!(verdict, Verdict::Disrupt(_));
    let disruption = match verdict {
        Verdict::Disrupt(disruption) => Some(disruption),
        Verdict::Pass => transaction.would_disrupt().cloned(),
    };
    Outcome { matches: transaction.matches().to_vec(), scores: transaction.scores(), disruption, is_stopped }
}

fn of_event(http: &HttpRequest) -> Request {
    Request {
        method: http.method.clone(),
        target: http.target.clone(),
        protocol: http.protocol.clone(),
        headers: http.headers.clone(),
        body: http.body.clone(),
        refusal: None,
    }
}

/// Runs all phases and tells, step by step, what happened to one rule; nothing when no rule has this id.
#[must_use]
pub fn trace(
    setting: Setting<'_>,
    request: &Request,
    response: Option<&Response>,
    rule: u64,
) -> Option<Trace> {
    let mut transaction = Transaction::new(setting.plan, setting.client, setting.persistence);
    if !transaction.trace(rule) {
        return None;
    }
    through(setting.plan, &mut transaction, request, &Fields::default(), |_| response.cloned());
    transaction.finish();
    transaction.traced().cloned()
}

fn through(
    plan: &Plan,
    transaction: &mut Transaction<'_>,
    request: &Request,
    arguments: &Fields,
    respond: impl FnOnce(&Request) -> Option<Response>,
) -> Verdict {
    let head = waf::Request {
        method: &request.method,
        target: &request.target,
        protocol: &request.protocol,
        headers: &request.headers,
    };
    let verdict = transaction.request(&head);
    if verdict != Verdict::Pass {
        return verdict;
    }
    transaction.arguments(arguments);
    let verdict = transaction.request_body(&request.body);
    if verdict != Verdict::Pass {
        return verdict;
    }
    let Some(response) = respond(request) else { return Verdict::Pass };
    let head =
        waf::Response { status: response.status, protocol: &response.protocol, headers: &response.headers };
    let verdict = transaction.response(&head);
    if verdict != Verdict::Pass {
        return verdict;
    }
    let content_type = response.headers.first(b"content-type").unwrap_or_default();
    let is_wanted = plan.wants_response_body(content_type);
    transaction.response_body(if is_wanted { &response.body } else { &[] })
}
