//! Upstreams that fail: what is sent again, who is left alone, and for how long.
use crate::app::{App, answer, app};
use crate::capacity::{begun, slow, until};
use crate::support::{NEVER, PATIENCE, PLAIN, Stage, read_until, status};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};

/// An application whose status a test sets.
async fn switched() -> (App, Arc<AtomicU16>) {
    let status = Arc::new(AtomicU16::new(200));
    let own = Arc::clone(&status);
    (
        app(move |request| answer(own.load(Relaxed), &[], format!("body {}", request.body().len()))).await,
        status,
    )
}

fn with(own: &str) -> String {
    PLAIN.replace("kind = \"http\"\n", &format!("kind = \"http\"\n{own}\n"))
}

async fn post(stage: &Stage) -> u16 {
    status(
        &stage
            .raw("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", NEVER)
            .await,
    )
}

#[tokio::test]
async fn only_what_may_be_repeated_is() {
    let (app, told) = switched().await;
    let stage = Stage::before(
        app.address,
        &with("retry.times-max = 2\nretry.percent-max = 100\nbreaker.failures-max = 1000"),
    );
    told.store(503, Relaxed);
    assert_eq!(stage.get("/a").await.0, 503);
    assert_eq!(app.taken(), ["GET /a"; 3]);
    assert_eq!(post(&stage).await, 503);
    assert_eq!(app.taken(), ["POST /a"], "it may have done something the first time");
    told.store(500, Relaxed);
    assert_eq!(stage.get("/a").await.0, 500);
    assert_eq!(app.taken().len(), 1, "a status that says nothing of another try");
    told.store(200, Relaxed);
    assert_eq!(post(&stage).await, 200);
}

#[tokio::test]
async fn retries_never_become_the_flood() {
    let (app, told) = switched().await;
    let stage = Stage::before(
        app.address,
        &with("retry.times-max = 3\nretry.percent-max = 20\nbreaker.failures-max = 100000"),
    );
    told.store(503, Relaxed);
    for _ in 0..100 {
        assert_eq!(stage.get("/a").await.0, 503);
    }
    let asked = app.taken().len();
    // Ten were saved up at the start; one in five requests earns another one.
    assert!((101..=132).contains(&asked), "{asked} for 100 requests");
}

#[tokio::test]
async fn a_circuit_opens_and_closes_again() {
    let (app, told) = switched().await;
    let settings =
        "retry.times-max = 0\nbreaker.failures-max = 3\nbreaker.rest-ms = 300\nbreaker.rest-ms-max = 300";
    let stage = Stage::before(app.address, &with(settings));
    told.store(503, Relaxed);
    for _ in 0..3 {
        assert_eq!(stage.get("/a").await.0, 503);
    }
    assert_eq!(app.taken().len(), 3);
    told.store(200, Relaxed);
    let (status, answer) = stage.get("/a").await;
    assert!(status == 503 && answer.contains("retry-after"), "it is left alone: {answer}");
    assert!(app.taken().is_empty(), "and not asked");
    let healed = async {
        while stage.get("/a").await.0 != 200 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, healed).await.unwrap();
    for _ in 0..10 {
        assert_eq!(stage.get("/a").await.0, 200, "and stays closed");
    }
}

#[tokio::test]
async fn a_bad_address_is_left_out_and_nobody_notices() {
    let (good, _) = switched().await;
    let (bad, told) = switched().await;
    told.store(502, Relaxed);
    let settings = with("breaker.failures-max = 2\nbreaker.rest-ms = 60000\nretry.percent-max = 100")
        .replace("\"{app}\"", &format!("\"{{app}}\", \"http://{}\"", bad.address));
    let stage = Stage::before(good.address, &settings);
    for _ in 0..60 {
        assert_eq!(stage.get("/a").await.0, 200);
    }
    assert_eq!(bad.taken().len(), 2, "ejected after two failures");
    assert_eq!(good.taken().len(), 60);
    // Nobody is left: both are used again rather than none.
    let everybody = with("breaker.failures-max = 1\nbreaker.ejected-percent-max = 50\nretry.times-max = 0")
        .replace("\"{app}\"", &format!("\"{{app}}\", \"http://{}\"", good.address));
    let stage = Stage::before(bad.address, &everybody);
    told.store(200, Relaxed);
    for _ in 0..20 {
        assert_eq!(stage.get("/a").await.0, 200);
    }
}

#[tokio::test]
async fn an_address_where_nobody_listens_costs_no_request() {
    let (good, _) = switched().await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let settings = PLAIN.replace("\"{app}\"", &format!("\"{{app}}\", \"http://{closed}\""));
    let stage = Stage::before(good.address, &settings);
    for _ in 0..20 {
        assert_eq!(post(&stage).await, 200, "nothing of it was sent: it goes to the other one");
    }
    let alone = Stage::before(closed, PLAIN);
    assert_eq!(alone.get("/a").await.0, 502);
}

#[tokio::test]
async fn so_many_requests_are_under_way_at_most() {
    let (app, tell) = slow().await;
    let stage = Stage::before(app, &with("breaker.requests-max = 1"));
    let mut first = begun(stage.address, "").await;
    assert_eq!(stage.get("/a").await.0, 503);
    tell.send_replace(true);
    assert!(read_until(&mut first, NEVER).await.contains("done"));
    until(200, stage.address, "").await;
}
