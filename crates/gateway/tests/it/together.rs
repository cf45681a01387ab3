//! Requests at once of one identity, at several gateways together: on a store in memory, and on real nodes of NATS.
use crate::nodes::{Nodes, server};
use crate::streams::upstream;
use crate::support::{NEVER, PATIENCE, PLAIN, get, raw, read_until, status};
use gateway::{Config, Running};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use store::{Embedded, embedded};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// Answers half of what it promises, and the rest once it is told to.
async fn slow() -> (SocketAddr, tokio::sync::watch::Sender<bool>) {
    let (tell, told) = tokio::sync::watch::channel(false);
    let address = upstream(move |mut stream, head| {
        let mut told = told.clone();
        async move {
            let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\nConnection: close\r\n\r\nhalf";
            if stream.write_all(answer.as_bytes()).await.is_ok() && head.contains(" /slow") {
                drop(told.wait_for(|told| *told).await);
            }
            drop(stream.write_all(b"done").await);
        }
    })
    .await;
    (address, tell)
}

fn config(app: SocketAddr, more: &str) -> Config {
    let text =
        format!("workers = 1\n{more}[concurrency]\nper-identity = 2\nwait-ms = 0\nshared = true\n{PLAIN}");
    Config::from_toml(&text.replace("{app}", &format!("http://{app}")), Path::new("")).unwrap()
}

/// A request that has its place.
async fn begun(gateway: &Running) -> TcpStream {
    let asked = async {
        loop {
            let mut client = TcpStream::connect(gateway.addresses()[0]).await.unwrap();
            let request = b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            client.write_all(request).await.unwrap();
            // The place of a request before it may still be on its way back.
            if read_until(&mut client, "half").await.contains("half") {
                return client;
            }
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.unwrap()
}

async fn until(wanted: u16, gateway: &Running) {
    let asked = async {
        while status(&raw(gateway.addresses()[0], get("/a"), NEVER).await) != wanted {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.unwrap();
}

/// Two gateways and one client, whose two places are taken at either of them, and given back.
async fn two_places(gateways: &[Running; 2], tell: &tokio::sync::watch::Sender<bool>) {
    let [a, b] = gateways;
    let mut first = begun(a).await;
    let second = begun(b).await;
    for gateway in gateways {
        let answer = raw(gateway.addresses()[0], get("/a"), NEVER).await;
        assert!(status(&answer) == 429 && answer.contains("retry-after: 1"), "{answer}");
    }
    drop(second);
    until(200, a).await;
    tell.send_replace(true);
    assert!(read_until(&mut first, NEVER).await.contains("done"));
    until(200, b).await;
    // One after the other, at either gateway: each finds the place that the one before gave back.
    for number in 0..40 {
        let answer = raw(gateways[number % 2].addresses()[0], get("/a"), NEVER).await;
        assert_eq!(status(&answer), 200, "{number}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_identity_has_its_places_once() {
    let (app, tell) = slow().await;
    let state: Arc<dyn store::State> = Arc::new(Embedded::in_memory(embedded::Options::default()).unwrap());
    let start = || gateway::start_with(config(app, ""), Arc::clone(&state)).unwrap();
    let gateways = [start(), start()];
    two_places(&gateways, &tell).await;
    // A reload keeps what is counted.
    let held = begun(&gateways[0]).await;
    tell.send_replace(false);
    drop(held);
    let held = [begun(&gateways[0]).await, begun(&gateways[0]).await];
    gateways[0].reload(config(app, "")).unwrap();
    until(429, &gateways[0]).await;
    until(429, &gateways[1]).await;
    drop(held);
    until(200, &gateways[1]).await;
    gateways.into_iter().for_each(Running::stop);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn also_on_nodes_of_nats() {
    let Some(server) = server() else { return };
    let nodes = Nodes::start(server, "gateways-together");
    let (app, tell) = slow().await;
    let start = |number: usize| {
        let state = format!(
            "[state]\nkind = \"nats\"\nname = \"together-{number}\"\naddresses = {:?}\nwait-ms = 5000\n",
            nodes.addresses()
        );
        gateway::start(config(app, &state)).unwrap()
    };
    let gateways = [start(0), start(1)];
    two_places(&gateways, &tell).await;
    tokio::task::spawn_blocking(|| gateways.into_iter().for_each(Running::stop)).await.unwrap();
}

#[test]
fn it_needs_a_state() {
    let app = "127.0.0.1:1".parse().unwrap();
    let error = gateway::start(config(app, "")).unwrap_err().to_string();
    assert!(error.contains("concurrency.shared") && error.contains("[state]"), "{error}");
    let text = PLAIN
        .replace("{app}", "http://127.0.0.1:1")
        .replace("[[route]]", "concurrency = { shared = true }\n[[route]]");
    let error = gateway::start(Config::from_toml(&text, Path::new("")).unwrap()).unwrap_err().to_string();
    assert!(error.contains("upstream.app.concurrency.shared"), "{error}");
}
