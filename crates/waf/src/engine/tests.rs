//! Tests of the engine.
mod again;
pub(super) mod fast;
mod modsecurity;
mod semantics;
mod settled;

use crate::seclang::{self, MemoryFiles};
use crate::{
    Client, Fields, Limits, NoPersistence, Persistence, Plan, Request, Response, Transaction, Verdict,
};
use std::net::{IpAddr, Ipv4Addr};

fn rules(text: &str) -> crate::rule::RuleSet {
    let (set, problems) = seclang::load("main.conf", &MemoryFiles::new([("main.conf", text)]));
    let fatal: Vec<String> =
        problems.iter().filter(|problem| problem.fatal).map(ToString::to_string).collect();
    assert!(fatal.is_empty(), "{fatal:?}");
    set
}

fn plan(text: &str) -> Plan {
    Plan::compile(&rules(text), Limits::default()).expect("a plan")
}

fn client() -> Client {
    Client {
        address: IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)),
        port: 40_000,
        server_address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        server_port: 80,
        id: "unique".to_owned(),
        now_micros: 1_760_000_000_000_000,
    }
}

/// An exchange.
#[derive(Clone, Debug, Default)]
struct Exchange {
    method: Vec<u8>,
    target: Vec<u8>,
    headers: Fields,
    body: Vec<u8>,
    response_headers: Fields,
    response_body: Vec<u8>,
}

impl Exchange {
    fn get(target: &str) -> Self {
        let mut headers = Fields::default();
        headers.push(b"Host", b"example.com");
        Self { method: b"GET".to_vec(), target: target.as_bytes().to_vec(), headers, ..Self::default() }
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(name.as_bytes(), value.as_bytes());
        self
    }

    fn body(mut self, body: &str) -> Self {
        self.method = b"POST".to_vec();
        self.body = body.as_bytes().to_vec();
        self
    }

    /// Runs all phases; gives the first verdict that is not `Pass`, and the transaction.
    fn run<'p>(&self, plan: &'p Plan, persistence: &'p dyn Persistence) -> (Verdict, Transaction<'p>) {
        let mut transaction = Transaction::new(plan, &client(), persistence);
        let verdict = self.run_in(&mut transaction);
        (verdict, transaction)
    }

    fn run_in(&self, transaction: &mut Transaction<'_>) -> Verdict {
        let request = Request {
            method: &self.method,
            target: &self.target,
            protocol: b"HTTP/1.1",
            headers: &self.headers,
        };
        let mut verdict = transaction.request(&request);
        let mut then = |next: Verdict| {
            if verdict == Verdict::Pass {
                verdict = next;
            }
        };
        then(transaction.request_body(&self.body));
        then(transaction.response(&Response {
            status: 200,
            protocol: b"HTTP/1.1",
            headers: &self.response_headers,
        }));
        then(transaction.response_body(&self.response_body));
        transaction.finish();
        verdict
    }

    /// What one can see of a run.
    fn seen(&self, plan: &Plan) -> String {
        let (verdict, transaction) = self.run(plan, &NoPersistence);
        let matches: Vec<String> = transaction
            .matches()
            .iter()
            .map(|found| {
                format!(
                    "{} {} = {} [{}] {}",
                    found.rule, found.variable, found.value, found.data, found.message
                )
            })
            .collect();
        format!(
            "{verdict:?} {:?} {:?}\n{}",
            transaction.scores(),
            transaction.would_disrupt(),
            matches.join("\n")
        )
    }
}
