//! How much one may ask for by the calendar, and how many requests there may be at once.
use crate::introspection::now;
use crate::streams::upstream;
use crate::support::{NEVER, PATIENCE, PLAIN, Stage, echo, get, raw, read_until, status};
use crate::who::Folder;
use access::key::{Record, Store, World};
use gateway::{Config, Running};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use store::{Embedded, embedded};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

fn config(app: SocketAddr, text: &str) -> Config {
    let text = text.replace("{app}", &format!("http://{app}"));
    Config::from_toml(&format!("workers = 1\n{text}"), Path::new("")).unwrap()
}

fn quota(units: u64) -> String {
    format!(
        "[[quota.quotas]]\nname = \"each\"\nunits = {units}\nper = \"month\"\nby = [\"address\"]\n{PLAIN}"
    )
}

async fn ask(gateway: &Running) -> String {
    raw(gateway.addresses()[0], get("/a"), NEVER).await
}

#[tokio::test]
async fn a_quota_is_used_up() {
    let stage = Stage::new(&quota(3)).await;
    for number in 0..5 {
        let (status, answer) = stage.get("/a").await;
        assert_eq!(status, if number < 3 { 200 } else { 429 }, "{answer}");
        assert_eq!(answer.contains("retry-after: "), number >= 3, "{answer}");
    }
    stage.gateway.reload(config(echo().await, &quota(3))).unwrap();
    assert_eq!(stage.get("/a").await.0, 429, "a reload forgets nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gateways_spend_from_one_quota() {
    let upstream = echo().await;
    let state: Arc<dyn store::State> = Arc::new(Embedded::in_memory(embedded::Options::default()).unwrap());
    let start = || gateway::start_with(config(upstream, &quota(250)), Arc::clone(&state)).unwrap();
    let gateways = [start(), start()];
    let mut passed = 0;
    for number in 0..300 {
        let answer = ask(&gateways[number % 2]).await;
        match status(&answer) {
            200 => passed += 1,
            429 => {}
            _ => panic!("{answer}"),
        }
    }
    // What one of them has booked and not spent stays booked: two units at a time here.
    assert!((249..=250).contains(&passed), "{passed} of 250");
    gateways.into_iter().for_each(Running::stop);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quota_outlives_the_gateway() {
    let upstream = echo().await;
    let folder = Folder::new("quota-file");
    let state = format!("[state]\nkind = \"file\"\nfolder = \"{}\"\n{}", folder.0.display(), quota(3));
    let first = gateway::start(config(upstream, &state)).unwrap();
    assert_eq!(status(&ask(&first).await), 200);
    assert_eq!(status(&ask(&first).await), 200);
    first.stop();
    // The file is free once the last holder in this process has let go of it.
    let reopened = async {
        loop {
            match gateway::start(config(upstream, &state)) {
                Ok(gateway) => return gateway,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    let second = tokio::time::timeout(PATIENCE, reopened).await.unwrap();
    assert_eq!(status(&ask(&second).await), 200);
    assert_eq!(status(&ask(&second).await), 429);
    second.stop();
}

/// Answers `/slow` with half a body, and the rest once it is told to; everything else at once.
pub(crate) async fn slow() -> (SocketAddr, tokio::sync::watch::Sender<bool>) {
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

/// A request that has its place, and half of its answer.
pub(crate) async fn begun(address: SocketAddr, fields: &str) -> TcpStream {
    let mut client = TcpStream::connect(address).await.unwrap();
    let text = format!("GET /slow HTTP/1.1\r\nHost: a\r\n{fields}Connection: close\r\n\r\n");
    client.write_all(text.as_bytes()).await.unwrap();
    read_until(&mut client, "half").await;
    client
}

pub(crate) async fn until(wanted: u16, address: SocketAddr, fields: &str) {
    let asked = async {
        let text = format!("GET /a HTTP/1.1\r\nHost: a\r\n{fields}Connection: close\r\n\r\n");
        while status(&raw(address, &text, NEVER).await) != wanted {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.unwrap();
}

#[tokio::test]
async fn one_identity_has_its_places_only() {
    let folder = Folder::new("keys");
    let mut keys = Store::read("", None).unwrap();
    let mut make = |owner: &str| {
        let wanted: Record = toml::from_str(&format!(
            "id = \"\"\nowner = \"{owner}\"\nhash = \"\"\nworld = \"live\"\ncreated = {}\n",
            now()
        ))
        .unwrap();
        keys.create(Record { world: World::Live, ..wanted }).unwrap()
    };
    let (alice, bob) = (make("alice"), make("bob"));
    let (alice_id, alice, bob) =
        (alice.id.clone(), alice.text.text().unwrap().to_owned(), bob.text.text().unwrap().to_owned());
    let file = folder.put("keys.toml", keys.write().unwrap());
    let (app, tell) = slow().await;
    let route = PLAIN.replace("mode = \"off\"", "mode = \"off\"\nauthentication = [\"keys\"]");
    let settings = format!(
        "[authentication.api-key.keys]\nfile = \"{file}\"\n[concurrency]\nper-identity = 1\nwait-ms = 0\n{route}"
    );
    let stage = Stage::before(app, &settings);
    let key = |text: &str| format!("X-Api-Key: {text}\r\n");
    let wrong = format!("{}x", alice);
    for bad in [String::new(), key("x"), key(&wrong), key(&alice).repeat(2)] {
        until(401, stage.address, &bad).await;
    }
    let mut first = begun(stage.address, &key(&alice)).await;
    let text = format!("GET /a HTTP/1.1\r\nHost: a\r\n{}Connection: close\r\n\r\n", key(&alice));
    let answer = raw(stage.address, &text, NEVER).await;
    assert!(status(&answer) == 429 && answer.contains("retry-after: 1"), "{answer}");
    let other = raw(stage.address, text.replace(&alice, &bob), NEVER).await;
    assert_eq!(status(&other), 200, "another one has places of its own: {other}");
    tell.send_replace(true);
    assert!(read_until(&mut first, NEVER).await.contains("done"));
    until(200, stage.address, &key(&alice)).await;
    // A key that is revoked opens nothing after a reload.
    keys.revoke(&alice_id, now()).unwrap();
    folder.put("keys.toml", keys.write().unwrap());
    stage.gateway.reload(config(app, &settings)).unwrap();
    until(401, stage.address, &key(&alice)).await;
    until(200, stage.address, &key(&bob)).await;
}

#[tokio::test]
async fn places_are_given_back_however_a_request_ends() {
    let (app, tell) = slow().await;
    let settings = format!("[concurrency]\nmax = 1\nqueue = 0\n{PLAIN}");
    let stage = Stage::before(app, &settings);
    let first = begun(stage.address, "").await;
    let answer = stage.get("/a").await.1;
    assert!(status(&answer) == 503 && answer.contains("retry-after: 1"), "{answer}");
    drop(first);
    until(200, stage.address, "").await;
    drop(tell);
}

#[tokio::test]
async fn an_upstream_gets_as_many_as_it_can_take() {
    let (app, tell) = slow().await;
    let own = "addresses = [\"{app}\"]\nconcurrency = { max = 10, queue = 1, wait-ms = 20000, adaptive = { initial = 1, min = 1, max = 1 } }";
    let settings = PLAIN.replace("addresses = [\"{app}\"]", own);
    let stage = Stage::before(app, &settings);
    let mut first = begun(stage.address, "").await;
    let address = stage.address;
    let (ended, mut ends) = tokio::sync::mpsc::unbounded_channel();
    for _ in 0..3 {
        let ended = ended.clone();
        tokio::spawn(async move { ended.send(raw(address, get("/a"), NEVER).await) });
    }
    // One waits, and no more than one.
    for _ in 0..2 {
        let answer = ends.recv().await.unwrap();
        assert!(status(&answer) == 503 && answer.contains("retry-after: 1"), "{answer}");
    }
    tell.send_replace(true);
    assert!(read_until(&mut first, NEVER).await.contains("done"));
    assert_eq!(status(&ends.recv().await.unwrap()), 200, "it waited");
    until(200, stage.address, "").await;
}

#[test]
fn odd_capacities_are_refused() {
    let check = |text: String| {
        let text = text.replace("{app}", "http://127.0.0.1:1");
        let config = Config::from_toml(&text, Path::new("")).map_err(|error| error.to_string())?;
        gateway::check(config).map_err(|error| error.to_string())
    };
    assert!(check(quota(3)).unwrap().iter().any(|warning| warning.contains("[state]")));
    let of_upstream = |own: &str| PLAIN.replace("[[route]]", &format!("concurrency = {own}\n[[route]]"));
    for (text, place) in [
        (quota(0), "quota"),
        (quota(3).replace("\"each\"", "\"Each one\""), "quota.quotas.Each one"),
        (quota(3).replace("per =", "routes = [\"none such\"]\nper ="), "none such"),
        (format!("[concurrency]\nmax = 0\n{PLAIN}"), "concurrency.max"),
        (format!("[concurrency]\nper-identity = 0\n{PLAIN}"), "concurrency.per-identity"),
        (format!("[concurrency]\nadaptive = {{}}\n{PLAIN}"), "concurrency.adaptive"),
        (format!("[concurrency]\nmost = 1\n{PLAIN}"), "most"),
        (of_upstream("{ per-identity = 1 }"), "upstream.app.concurrency.per-identity"),
        (of_upstream("{ adaptive = { min = 9, max = 8 } }"), "upstream.app.concurrency.adaptive"),
        (of_upstream("{ wait-ms = 99999 }"), "upstream.app.concurrency.wait-ms"),
    ] {
        let error = check(text).unwrap_err();
        assert!(error.contains(place), "{place}: {error}");
    }
}
