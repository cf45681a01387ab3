//! SnapStart: the initialisation ends in a snapshot, and each environment goes on from it.
//!
//! What was true of the snapshot need not be true of what is restored: its policy may have run out, its age counts from here, and
//! its credentials come from the platform, so that logs and answers are masked with the new ones, too.
use super::answers::{Reply, error_object};
use super::head::{Framing, Head, Headers};
use super::proxy::{Connection, Served};
use crate::{Action, Layer, Occurrence, Report as _};
use policy::Mode;
use serde_json::Value;

/// Members of the platform's answer whose values are secrets, by the names that they have in an environment.
const SECRETS: [(&str, &str); 2] =
    [("SecretAccessKey", "AWS_SECRET_ACCESS_KEY"), ("Token", "AWS_SESSION_TOKEN")];

/// `GET restore/next`: its answer is the moment at which the environment is there again.
pub(super) fn pass(connection: &mut Connection<'_>, head: &Head) -> Served {
    let before = connection.proxy.again.restored();
    let is_first = before.is_none();
    let said = match before {
        Some(said) => said,
        None => match connection.passed_on(head)? {
            Some(said) => said,
            None => return connection.refuse(head, &Reply::too_large()),
        },
    };
    if said.head.status == 200 {
        if is_first {
            connection.proxy.parts.iter().for_each(|part| part.restored());
        }
        if let Err(why) = (connection.proxy.is_valid)() {
            refused(connection, &why);
        }
        if is_first {
            connection.proxy.behind_snapshot(&said);
        }
    }
    connection.relay(&said, head)
}

/// The policy is not to be followed any more: the environment ends, unless its owner wants it to run all the same.
fn refused(connection: &mut Connection<'_>, why: &str) {
    let is_refused = connection.proxy.mode == Mode::Block;
    connection.proxy.events.report(Occurrence {
        layer: Layer::Policy,
        action: if is_refused { Action::Blocked } else { Action::Told },
        hostile: false,
        request_id: None,
        reason: format!("the policy of a restored snapshot may not be followed any more: {why}"),
        rule: Some("policy-refused".to_owned()),
        facts: Vec::new(),
    });
    if is_refused {
        let body = error_object("Runtime.GuardRefused", why);
        let headers = Headers(vec![
            ("Content-Type".to_owned(), b"application/json".to_vec()),
            ("Lambda-Runtime-Function-Error-Type".to_owned(), b"Runtime.GuardRefused".to_vec()),
        ]);
        let target = "/2018-06-01/runtime/restore/error";
        let onward = connection.platform.head("POST", target, &headers, Framing::Length(body.len() as u64));
        // Where the platform cannot be reached, the end of the process remains.
        drop(connection.platform.ask(&onward, &body));
        connection.proxy.ending.end(1);
    }
}

/// `GET /2021-04-23/credentials`.
pub(super) fn credentials(connection: &mut Connection<'_>, head: &Head) -> Served {
    let Some(said) = connection.passed_on(head)? else {
        return connection.refuse(head, &Reply::too_large());
    };
    let body = said.body.as_ref().ok().filter(|_| said.head.status == 200);
    let given = body.and_then(|body| serde_json::from_slice::<Value>(body).ok()).unwrap_or_default();
    let text = |member: &str| given.get(member).and_then(Value::as_str);
    let named = |(member, name): &(&str, &str)| Some(((*name).to_owned(), text(member)?.to_owned()));
    let secrets: Vec<(String, String)> = SECRETS.iter().filter_map(named).collect();
    if !secrets.is_empty() {
        connection.proxy.redactor.learn(&secrets);
        if let Some(inspector) = &connection.proxy.inspector {
            inspector.learn(&secrets);
        }
    }
    connection.relay(&said, head)
}
