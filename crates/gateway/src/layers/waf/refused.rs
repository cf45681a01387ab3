//! What the rules found, as lines of the log of matches; also in requests that are refused for their shape, before they are requests
//! to anybody: nothing of those goes on, and an attack in them is told all the same.
use super::{Waf, begin, decode, head};
use crate::body::Body;
use crate::clock::Moment;
use crate::config::Mode;
use crate::exchange::{Connection, Decision, Exchange};
use crate::gate::Gate;
use crate::layers::Layer;
use crate::server::Shared;
use crate::{logs, path};
use http::{Method, StatusCode};
use serde::Serialize;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use waf::{Client, Plan, Transaction, Verdict, message};

#[cfg(test)]
mod tests;

/// How many were looked at in the current second: the second, and in its lowest bits the count.
#[derive(Debug, Default)]
pub(super) struct Budget(AtomicU64);

/// Bits of the count.
const COUNT_BITS: u32 = 24;

impl Budget {
    /// Takes one of `most` in this second (since 1970-01-01), while there are any.
    pub(super) fn take(&self, second: u64, most: u32) -> bool {
        let count =
            |value: u64| if value >> COUNT_BITS == second { value & ((1 << COUNT_BITS) - 1) } else { 0 };
        let taken = self.0.fetch_update(Relaxed, Relaxed, |value| {
            let count = count(value);
            let is_left = count < u64::from(most).min((1 << COUNT_BITS) - 1);
            is_left.then_some((second << COUNT_BITS) | (count + 1))
        });
        taken.is_ok()
    }
}

/// A request of which only bytes are known: its head is no clean HTTP/1.
pub(crate) struct RefusedHead<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) connection: &'a Connection,
    pub(crate) moment: Moment,
    pub(crate) id: String,
}

impl Waf {
    /// The plan that looks at what is refused. Whether it would block does not matter any more.
    fn plan_of_refused(&self, mode: Mode, moment: Moment) -> Option<&Arc<Plan>> {
        let plan = match mode {
            Mode::Off => None,
            Mode::Detect => self.detect.as_ref().or(self.block.as_ref()),
            Mode::Block => self.block.as_ref().or(self.detect.as_ref()),
        };
        plan.filter(|_| self.budget.take(moment.seconds(), self.refused_per_second_max))
    }

    /// Rules look at a request that was refused for its shape with this status.
    pub(crate) async fn refused(&self, exchange: &mut Exchange<'_>, status: StatusCode) {
        let waf = &exchange.gate.stack.waf;
        let Some(plan) = waf.plan_of_refused(exchange.route.settings.mode, exchange.moment) else { return };
        // What is too large stays unread.
        let reads = matches!(status, StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED);
        let body = match exchange.body {
            Body::Client(_) if reads && !exchange.is_stream() => {
                exchange.body.whole(plan.request_body_bytes_max()).await.unwrap_or_default()
            }
            _ => bytes::Bytes::new(),
        };
        let mut transaction = begin(exchange, plan, &*waf.persistence);
        let mut verdict = head(&mut transaction, exchange);
        if verdict == Verdict::Pass {
            let most = plan.request_body_bytes_max();
            let plain = decode::decode(&exchange.head.headers, &body, most).unwrap_or_default();
            verdict = transaction.request_body(plain.get(..plain.len().min(most)).unwrap_or_default());
        }
        exchange.note_verdict(verdict);
        exchange.waf = Some(transaction);
    }

    /// Rules look at the bytes of a request that is refused before it is one. Tells which of them matched.
    pub(crate) fn refused_head(&self, gate: &Gate, refused: &RefusedHead<'_>, bytes: &[u8]) -> Vec<u64> {
        let message = message::refused_request(bytes);
        if message.method.is_empty() || message.target.is_empty() {
            return Vec::new();
        }
        let target = String::from_utf8_lossy(&message.target);
        let Some(route) = route(gate, &message, &target) else { return Vec::new() };
        let Some(plan) = self.plan_of_refused(route.mode, refused.moment) else { return Vec::new() };
        let connection = refused.connection;
        let client = Client {
            address: connection.peer.ip().to_canonical(),
            port: connection.peer.port(),
            server_address: connection.local.ip().to_canonical(),
            server_port: connection.local.port(),
            id: refused.id.clone(),
            now_micros: refused.moment.micros,
        };
        let mut transaction = Transaction::new(plan, &client, &*self.persistence);
        let verdict = transaction.request(&waf::Request {
            method: &message.method,
            target: &message.target,
            protocol: &message.protocol,
            headers: &message.headers,
        });
        if verdict == Verdict::Pass {
            let most = plan.request_body_bytes_max();
            let body = message.body.get(..message.body.len().min(most)).unwrap_or_default();
            // Whatever the verdict is, the answer is 400.
            drop(transaction.request_body(body));
        }
        transaction.finish();
        Told {
            shared: refused.shared,
            micros: refused.moment.micros,
            id: &refused.id,
            client: client.address,
            route: &route.name,
            target: &target,
        }
        .write(&transaction);
        transaction.matches().iter().map(|found| found.rule).collect()
    }
}

/// The settings of the route that the request would most likely have had.
fn route<'g>(gate: &'g Gate, message: &message::Request, target: &str) -> Option<&'g crate::config::Route> {
    let path = target.split('?').next().unwrap_or_default();
    let path = path::normalise(path).unwrap_or_default();
    let host =
        String::from_utf8_lossy(message.headers.first(b"host").unwrap_or_default()).to_ascii_lowercase();
    let host = host.split(':').next().unwrap_or_default();
    let method = Method::from_bytes(&message.method).unwrap_or_default();
    gate.routes.find(host, &path, &method).or(gate.routes.none()).map(|route| &route.settings)
}

impl Exchange<'_> {
    /// Notes which rule would have stopped a request that is stopped already.
    pub(super) fn note_verdict(&mut self, verdict: Verdict) {
        if let Verdict::Disrupt(disruption) = verdict {
            self.decisions.push(Decision {
                layer: Waf::NAME,
                reason: format!("rule {}", disruption.rule),
                refused: true,
                rules: vec![disruption.rule],
            });
        }
    }
}

/// Whose matches are written.
pub(super) struct Told<'a> {
    pub(super) shared: &'a Shared,
    pub(super) micros: u64,
    pub(super) id: &'a str,
    pub(super) client: IpAddr,
    /// Its name.
    pub(super) route: &'a str,
    pub(super) target: &'a str,
}

/// One line of the log of matches.
#[derive(Serialize)]
struct MatchLine<'a> {
    time_micros: u64,
    unique_id: &'a str,
    client: std::net::IpAddr,
    route: &'a str,
    target: &'a str,
    id: u64,
    phase: u8,
    severity: Option<String>,
    msg: &'a str,
    data: &'a str,
    tags: &'a [String],
    variable: &'a str,
    value: &'a str,
}

impl Told<'_> {
    /// One line for each match, where there is a log of them.
    pub(super) fn write(&self, transaction: &Transaction<'_>) {
        if !self.shared.logs.wants_matches() {
            return;
        }
        let target = logs::mask(self.target, self.shared.logs.secret_names());
        let mut lines = Vec::new();
        for one in transaction.matches() {
            let secret = one.variable.split_once(':').is_some_and(|(_, name)| {
                self.shared.logs.secret_names().contains(&name.to_ascii_lowercase())
            });
            lines.extend(logs::line(&MatchLine {
                time_micros: self.micros,
                unique_id: self.id,
                client: self.client,
                route: self.route,
                target: &target,
                id: one.rule,
                phase: one.phase as u8 + 1,
                severity: one.severity.map(|severity| format!("{severity:?}").to_ascii_uppercase()),
                msg: &one.message,
                data: if secret { "***" } else { &one.data },
                tags: &one.tags,
                variable: &one.variable,
                value: if secret { "***" } else { &one.value },
            }));
        }
        if !lines.is_empty() {
            self.shared.logs.matches(&lines);
        }
    }
}
