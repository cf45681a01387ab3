//! Decisions as events of the Open Cybersecurity Schema Framework (OCSF 1.3): HTTP Activity (4002), Detection Finding (2004)
//! where rules matched, Network Activity (4001) where bytes were no request.
use crate::clock;
use crate::exchange::{Answer, Connection, Decision, Exchange};
use crate::logs;
use crate::server::Shared;
use serde_json::{Value, json};

const VERSION: &str = "1.3.0";

fn metadata(id: Option<&str>) -> Value {
    json!({
        "version": VERSION,
        "uid": id,
        "product": {"name": "Buckler gateway", "vendor_name": "Buckler", "version": env!("CARGO_PKG_VERSION")},
    })
}

/// A request's decisions.
pub(crate) fn emit(exchange: &Exchange<'_>, answer: &Answer) {
    let shared = exchange.shared;
    let refused = exchange.decisions.iter().any(|decision| decision.refused);
    let activity = activity(exchange, answer, refused);
    shared.logs.event(&activity);
    for decision in exchange.decisions.iter().filter(|decision| !decision.rules.is_empty()) {
        shared.logs.event(&finding(exchange, decision));
    }
}

fn activity(exchange: &Exchange<'_>, answer: &Answer, refused: bool) -> Value {
    let method = exchange.head.method.as_str();
    let activity_id = match method {
        "CONNECT" => 1,
        "DELETE" => 2,
        "GET" => 3,
        "HEAD" => 4,
        "OPTIONS" => 5,
        "POST" => 6,
        "PUT" => 7,
        "TRACE" => 8,
        // OCSF 1.3 has no number for PATCH.
        _ => 99,
    };
    let path = logs::mask(
        exchange.head.uri.path_and_query().map_or("/", |target| target.as_str()),
        shared_names(exchange),
    );
    let reasons: Vec<String> = exchange
        .decisions
        .iter()
        .map(|decision| format!("{}: {}", decision.layer, decision.reason))
        .collect();
    json!({
        "metadata": metadata(Some(&exchange.id)),
        "category_uid": 4,
        "class_uid": 4002,
        "activity_id": activity_id,
        "activity_name": (activity_id == 99).then_some(method),
        "type_uid": 400_200 + activity_id,
        "time": exchange.moment.micros / 1000,
        "severity_id": if refused { 3 } else { 1 },
        "action_id": if refused { 2 } else { 1 },
        "disposition_id": if refused { 2 } else { 1 },
        "status_detail": if reasons.is_empty() { Value::Null } else { Value::String(reasons.join("; ")) },
        "src_endpoint": {"ip": exchange.client, "port": exchange.connection.peer.port(),
            "intermediate_ips": intermediate(exchange)},
        "dst_endpoint": {"ip": exchange.connection.local.ip(), "port": exchange.connection.local.port(),
            "hostname": exchange.host},
        "actor": exchange.identity.as_ref().map(|identity| json!({"user": {"uid": identity.subject,
            "domain": identity.issuer, "credential_uid": identity.credential}})),
        "http_request": {"http_method": method, "uid": exchange.id, "version": logs::protocol(exchange.head.version),
            "url": {"hostname": exchange.host, "path": path}},
        "http_response": {"code": answer.status().as_u16()},
        "tls": exchange.connection.tls.as_ref().map(|tls| json!({"version": tls.version, "sni": tls.server_name})),
        "unmapped": {"route": exchange.route.settings.name, "answered_by": exchange.answered_by,
            "uninspected": exchange.uninspected, "ja4": exchange.fingerprint.as_deref()},
    })
}

fn finding(exchange: &Exchange<'_>, decision: &Decision) -> Value {
    json!({
        "metadata": metadata(Some(&exchange.id)),
        "category_uid": 2,
        "class_uid": 2004,
        "activity_id": 1,
        "type_uid": 200_401,
        "time": exchange.moment.micros / 1000,
        "severity_id": if decision.refused { 4 } else { 3 },
        "action_id": if decision.refused { 2 } else { 1 },
        "disposition_id": if decision.refused { 2 } else { 15 },
        "finding_info": {"uid": exchange.id, "title": decision.reason,
            "analytic": {"type_id": 1, "name": decision.layer,
                "uid": decision.rules.first().map(ToString::to_string)}},
        "evidences": [{"src_endpoint": {"ip": exchange.client}, "url": {"hostname": exchange.host,
            "path": exchange.path.wire}}],
        "unmapped": {"route": exchange.route.settings.name, "rules": decision.rules},
    })
}

fn intermediate(exchange: &Exchange<'_>) -> Value {
    let peer = exchange.connection.peer.ip().to_canonical();
    if peer == exchange.client { Value::Null } else { json!([peer]) }
}

fn shared_names<'a>(exchange: &'a Exchange<'_>) -> &'a std::collections::BTreeSet<String> {
    exchange.shared.logs.secret_names()
}

/// A connection's: framing that was refused before there was a request, an answer that was cut off.
pub(crate) fn emit_connection(
    shared: &Shared,
    connection: &Connection,
    decision: &Decision,
    status: Option<u16>,
) {
    shared.logs.event(&json!({
        "metadata": metadata(None),
        "category_uid": 4,
        "class_uid": 4001,
        "activity_id": 5,
        "type_uid": 400_105,
        "time": clock::now().micros / 1000,
        "severity_id": 3,
        "action_id": 2,
        "disposition_id": 2,
        "status_detail": format!("{}: {}", decision.layer, decision.reason),
        "src_endpoint": {"ip": connection.peer.ip(), "port": connection.peer.port()},
        "dst_endpoint": {"ip": connection.local.ip(), "port": connection.local.port()},
        "unmapped": {"rules": decision.rules, "http_status": status},
    }));
}

/// A configuration that was not put in place.
pub(crate) fn emit_reload_failed(shared: &Shared, problem: &str) {
    emit_problem(shared, "a new configuration was refused; the old one goes on", problem);
}

/// Shared state that could not be read.
pub(crate) fn emit_state_problem(shared: &Shared, problem: &str) {
    emit_problem(shared, "the shared state cannot be read; what is known of it goes on", problem);
}

/// Something about the gateway itself failed: Application Lifecycle (6002).
fn emit_problem(shared: &Shared, message: &str, problem: &str) {
    shared.logs.event(&json!({
        "metadata": metadata(None),
        "category_uid": 6,
        "class_uid": 6002,
        "activity_id": 99,
        "type_uid": 600_299,
        "time": clock::now().micros / 1000,
        "severity_id": 4,
        "status_id": 2,
        "message": message,
        "status_detail": problem,
        "app": {"name": "Buckler gateway"},
    }));
}

/// A certificate by ACME, had or not: Application Lifecycle (6002).
pub(crate) fn emit_certificate(shared: &Shared, name: &str, problem: Option<&str>) {
    shared.logs.event(&json!({
        "metadata": metadata(None),
        "category_uid": 6,
        "class_uid": 6002,
        "activity_id": 99,
        "type_uid": 600_299,
        "time": clock::now().micros / 1000,
        "severity_id": if problem.is_some() { 4 } else { 1 },
        "status_id": if problem.is_some() { 2 } else { 1 },
        "message": format!("certificate `{name}` by ACME"),
        "status_detail": problem,
        "app": {"name": "Buckler gateway"},
    }));
}
