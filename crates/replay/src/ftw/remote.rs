//! Rule tests against a running server: what goes over the wire and what stands in its log. Sockets and files are the caller's.
//!
//! Which lines of the log belong to a request is told by markers, as go-ftw does it: a request with the header `X-CRS-Test`
//! that a rule of the server logs ([`MARKER_RULE`]).
use serde::Deserialize;

use super::judge::Observed;

/// The rule that a server needs before all others.
pub const MARKER_RULE: &str = "SecRule REQUEST_HEADERS:X-CRS-Test \"@rx ^.*$\" \
    \"id:999999,phase:1,pass,t:none,log,msg:'%{MATCHED_VAR}',ctl:ruleRemoveById=1-999998\"\n";

/// The whole lines of a log before the one that shows a marker; `None` while none does.
#[must_use]
pub fn before_marker<'l>(log: &'l str, marker: &str) -> Option<&'l str> {
    let (before, _) = log.split_once(marker)?;
    let end = before.rfind('\n').map_or(0, |feed| feed + 1);
    before.get(..end)
}

/// The request that puts a marker into the log.
#[must_use]
pub fn marker(name: &str) -> Vec<u8> {
    format!(
        "GET /status/200 HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nUser-Agent: rule tests\r\nX-CRS-Test: {name}\r\nConnection: close\r\n\r\n"
    )
    .into_bytes()
}

/// Whether an answer's body is as long as its head announces.
#[must_use]
pub fn is_whole(request: &[u8], answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let (head, body) = answer.split_at(end + 4);
    if request.starts_with(b"HEAD ") {
        return true;
    }
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head.split("\r\ncontent-length:").nth(1).and_then(|rest| rest.lines().next());
    length.and_then(|text| text.trim().parse::<usize>().ok()).is_some_and(|length| body.len() >= length)
}

/// A server's answer (empty: none came) and the lines of its log, as a test judges them.
#[must_use]
pub fn observed(answer: &[u8], log: &str) -> Observed {
    let body = String::from_utf8_lossy(answer).into_owned();
    let status = body.split(' ').nth(1).and_then(|word| word.parse().ok());
    let mut observed = Observed {
        status: status.unwrap_or_default(),
        is_refused: status.is_none(),
        body,
        ..Observed::default()
    };
    for line in log.lines() {
        let (ids, text) = read(line);
        observed.ids.extend(ids);
        observed.log.push_str(&text);
        observed.log.push('\n');
    }
    observed
}

/// A line of Buckler's log of matches.
#[derive(Deserialize)]
struct Line {
    id: u64,
    #[serde(default)]
    msg: String,
    #[serde(default)]
    data: String,
    #[serde(default)]
    variable: String,
    #[serde(default)]
    value: String,
}

/// Ids in a line, and the line in the form that tests' patterns expect: ours is JSON, others write `[id "942100"]`.
fn read(line: &str) -> (Vec<u64>, String) {
    if let Ok(line) = serde_json::from_str::<Line>(line) {
        return (vec![line.id], super::line(line.id, &line.msg, &line.data, (&line.variable, &line.value)));
    }
    let number = |text: &str| {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    (line.split("[id \"").skip(1).filter_map(number).collect(), line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_log_are_read() {
        let log = "{\"id\":920100,\"msg\":\"odd\",\"value\":\"\\\"id\\\":1\"}\n[x] [id \"941100\"] [msg \"y\"]\nno match\n";
        let observed = observed(b"HTTP/1.1 400 Bad Request\r\n\r\n", log);
        assert_eq!((observed.status, observed.is_refused), (400, false));
        assert_eq!(observed.ids, [920_100, 941_100]);
        assert!(observed.log.contains("[id \"920100\"] [msg \"odd\"]"), "{}", observed.log);
    }

    #[test]
    fn an_answer_ends_where_it_says() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab";
        assert!(!is_whole(b"GET / HTTP/1.1", answer));
        assert!(is_whole(b"HEAD / HTTP/1.1", answer));
        assert!(is_whole(b"GET / HTTP/1.1", &[&answer[..], b"c"].concat()));
        assert!(observed(b"", "").is_refused);
    }
}
