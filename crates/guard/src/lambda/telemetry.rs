//! The listener of the Telemetry API: the platform's records as events.
//!
//! Everything in the environment can reach the port, the function too: only who knows the path, which the platform alone was
//! told, is listened to.
use super::answers::Reply;
use super::wire::Wire;
use crate::events::Events;
use crate::names;
use crate::{Action, Layer, Occurrence, Report};
use serde_json::Value;
use std::fs::File;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

/// The name under which the platform reaches extensions.
const HOST: &str = "sandbox.localdomain";
/// Bytes of one delivery: four times what was asked for.
const DELIVERY_BYTES_MAX: u64 = 1 << 20;
/// Records of one delivery that are told.
const RECORDS_MAX: usize = 1000;

/// Listens; the address that the platform is to deliver to.
pub(super) fn listen(events: &Arc<Events>) -> io::Result<String> {
    // Where the name has no address, whoever stands for the platform is on this machine.
    let places = names::sockets(&format!("{HOST}:0"), names::WITHIN)
        .unwrap_or_else(|_| vec![(Ipv4Addr::LOCALHOST, 0).into()]);
    let listener = TcpListener::bind(places.as_slice())?;
    let port = listener.local_addr()?.port();
    let mut token = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut token)?;
    let path: String = std::iter::once('/').chain(token.iter().flat_map(|byte| digits(*byte))).collect();
    let address = format!("http://{HOST}:{port}{path}");
    let events = Arc::clone(events);
    std::thread::Builder::new().name("telemetry".to_owned()).stack_size(512 << 10).spawn(move || {
        // One after the other: the platform is one sender, and nobody else is to cost more than one connection.
        for stream in listener.incoming().flatten() {
            let timed = stream.set_read_timeout(Some(std::time::Duration::from_secs(5)));
            if timed.is_ok()
                && let Ok(mut wire) = Wire::new(stream)
            {
                serve(&mut wire, &path, &events);
            }
        }
    })?;
    Ok(address)
}

fn digits(byte: u8) -> [char; 2] {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    [digit(byte >> 4), digit(byte & 15)]
}

fn serve(wire: &mut Wire, path: &str, events: &Events) {
    let Ok(Some(head)) = wire.request() else { return };
    let is_platform = same(head.target.as_bytes(), path.as_bytes());
    if head.method != "POST" || !is_platform {
        // Whoever asks may be gone.
        drop(Reply::not_found().send(wire, false));
        return;
    }
    if let Ok((body, _)) = wire.body(head.framing, DELIVERY_BYTES_MAX) {
        for occurrence in records(&body) {
            events.report(occurrence);
        }
    }
    drop(Reply::pong().send(wire, false));
}

/// Compares without telling by its time how much was right.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |seen, (one, other)| seen | (one ^ other)) == 0
}

/// What is worth telling of a delivery.
pub(super) fn records(body: &[u8]) -> Vec<Occurrence> {
    let Ok(Value::Array(records)) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    records.iter().take(RECORDS_MAX).filter_map(record).collect()
}

fn record(record: &Value) -> Option<Occurrence> {
    let kind = record.get("type")?.as_str()?;
    let body = record.get("record")?;
    let told = ["platform.report", "platform.fault", "platform.logsDropped", "platform.initReport"]
        .contains(&kind)
        || kind.starts_with("platform.restore");
    let status = body.get("status").and_then(Value::as_str);
    let failed = status.is_some_and(|status| status != "success");
    let is_failure = failed && kind.starts_with("platform.");
    if !(told || is_failure) {
        return None;
    }
    let mut facts = Vec::new();
    let mut fact = |name: &'static str, value: Option<&Value>| match value {
        Some(Value::String(text)) => facts.push((name, text.clone())),
        Some(Value::Number(number)) => facts.push((name, number.to_string())),
        _ => {}
    };
    fact("status", body.get("status"));
    fact("error_type", body.get("errorType"));
    fact("reason", body.get("reason"));
    let metrics = body.get("metrics");
    for (name, key) in [
        ("duration_ms", "durationMs"),
        ("init_duration_ms", "initDurationMs"),
        ("max_memory_mb", "maxMemoryUsedMB"),
        ("memory_mb", "memorySizeMB"),
    ] {
        fact(name, metrics.and_then(|metrics| metrics.get(key)));
    }
    let reason = match status {
        Some(status) => format!("the platform reports `{kind}`: {status}"),
        None => format!("the platform reports `{kind}`"),
    };
    Some(Occurrence {
        layer: Layer::Runtime,
        action: Action::Told,
        hostile: false,
        request_id: body.get("requestId").and_then(Value::as_str).map(str::to_owned),
        reason,
        rule: Some(kind.chars().take(60).collect()),
        facts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_and_failures_are_told_and_nothing_else() {
        let body = br#"[
            {"type":"platform.start","record":{"requestId":"a"}},
            {"type":"platform.report","record":{"requestId":"a","status":"timeout","metrics":{"durationMs":12.5}}},
            {"type":"platform.runtimeDone","record":{"requestId":"a","status":"success"}},
            {"type":"platform.runtimeDone","record":{"requestId":"b","status":"error","errorType":"Runtime.ExitError"}},
            {"type":"function","record":"platform.report"}, 7]"#;
        let told = records(body);
        let rules: Vec<_> = told.iter().filter_map(|one| one.rule.as_deref()).collect();
        assert_eq!(rules, ["platform.report", "platform.runtimeDone"]);
        assert_eq!(told[0].facts, [("status", "timeout".to_owned()), ("duration_ms", "12.5".to_owned())]);
        assert_eq!(told[1].request_id.as_deref(), Some("b"));
        assert!(records(b"{}").is_empty() && records(b"no").is_empty());
    }
}
