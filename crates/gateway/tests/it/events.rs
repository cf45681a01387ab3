//! What the gateway tells of its decisions: events of the Open Cybersecurity Schema Framework (OCSF 1.3).
use crate::support::{NEVER, PLAIN, Stage, get, status};
use crate::who::Folder;
use gateway::Config;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

const RULES: &str = "SecRule ARGS \"@contains attack\" \"id:942100,phase:2,deny,status:403,log,msg:'an attack'\"\nSecRule ARGS \"@contains odd\" \"id:7,phase:2,pass,log,msg:'odd'\"\n";

/// The lines of a log.
fn lines(path: &str) -> Vec<Value> {
    #[expect(clippy::disallowed_methods, reason = "a test reads what the gateway wrote")]
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Events of every kind that requests bring about.
async fn told(folder: &Folder) -> String {
    let rules = folder.put("rules.conf", RULES);
    let events = folder.put("events.jsonl", "");
    let secret = folder.put("secret", "a secret of forty bytes, shared with us.");
    let settings = format!(
        "[waf]\nrules = [\"{rules}\"]\n[log]\nevents = \"{events}\"\n[block]\nblock = [{{ prefix = \"127.0.0.66/32\", reason = \"a test\" }}]\n[authentication.jwt.login]\nissuer = \"https://login.example\"\naudiences = [\"orders\"]\nkeys = {{ shared = {{ file = \"{secret}\" }} }}\n{}",
        PLAIN.replace("mode = \"off\"", "mode = \"block\"").replace(
            "[[route]]",
            "[[route]]\nname = \"closed\"\npath = \"/closed/*\"\nupstream = \"app\"\nauthentication = [\"login\"]\n[[route]]"
        )
    );
    let app = crate::support::echo().await;
    let stage = Stage::before(app, &settings);
    for (path, wanted) in
        [("/a?q=attack&token=s3cret", 403), ("/a?q=odd", 200), ("/closed/a", 401), ("/a/%2e%2e/b", 400)]
    {
        assert_eq!(stage.get(path).await.0, wanted, "{path}");
    }
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND"] {
        let text = format!(
            "{method} /a?q=attack HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        assert!(matches!(status(&stage.raw(text, NEVER).await), 403 | 405), "{method}");
    }
    assert_eq!(status(&stage.raw("GET / HTTP/1.1\nHost: a\r\n\r\n", NEVER).await), 400);
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.66:0".parse().unwrap()).unwrap();
    let mut stream = socket.connect(stage.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, get("/a").as_bytes()).await.unwrap();
    assert_eq!(status(&crate::support::read_until(&mut stream, NEVER).await), 403);
    let broken = settings
        .replace("upstream = \"app\"", "upstream = \"nobody\"")
        .replace("{app}", "http://127.0.0.1:1");
    assert!(
        Config::from_toml(&broken, Path::new("")).is_err()
            || stage.gateway.reload(Config::from_toml(&broken, Path::new("")).unwrap()).is_err()
    );
    stage.gateway.stop();
    events
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_decision_is_an_event_of_its_class() {
    let folder = Folder::new("events");
    let events = told(&folder).await;
    let all = lines(&events);
    let text =
        |event: &Value, pointer: &str| event.pointer(pointer).map(ToString::to_string).unwrap_or_default();
    for event in &all {
        let number = |name: &str| event[name].as_u64().unwrap_or_else(|| panic!("{name} of {event}"));
        // Base event: what every class must have, and how its numbers belong together.
        assert_eq!(number("type_uid"), number("class_uid") * 100 + number("activity_id"), "{event}");
        assert_eq!(number("category_uid"), number("class_uid") / 1000, "{event}");
        assert!(number("time") > 1_700_000_000_000 && number("severity_id") >= 1, "{event}");
        assert_eq!(event["metadata"]["version"], "1.3.0");
        assert!(!event.to_string().contains("s3cret"), "no secret in a log: {event}");
    }
    let of = |class: u64| all.iter().filter(move |event| event["class_uid"] == class);
    let refused: Vec<_> = of(4002).filter(|event| event["action_id"] == 2).collect();
    assert!(refused.iter().any(|event| text(event, "/http_response/code") == "401"), "{refused:?}");
    assert!(
        refused.iter().any(|event| text(event, "/src_endpoint/ip").contains("127.0.0.66")),
        "{refused:?}"
    );
    assert!(of(4001).any(|event| event["unmapped"]["http_status"] == 400), "bytes that are no request");
    let activities: std::collections::BTreeSet<u64> =
        of(4002).map(|event| event["activity_id"].as_u64().unwrap()).collect();
    assert!([2, 3, 4, 5, 6, 7, 8, 99].iter().all(|one| activities.contains(one)), "{activities:?}");
    let blocked = of(2004).find(|event| event["unmapped"]["rules"][0] == 942_100).unwrap();
    assert_eq!((&blocked["disposition_id"], &blocked["severity_id"]), (&2.into(), &4.into()), "{blocked}");
    assert!(
        of(2004).all(|event| event["unmapped"]["rules"][0] != 7),
        "what only is logged is no decision: the log of matches has it"
    );
    // The whole of it, where the schema is at hand.
    #[expect(clippy::disallowed_methods, reason = "a test finds its corpus")]
    let Ok(schema) = std::env::var("BUCKLER_OCSF") else {
        println!("not compared with the schema: BUCKLER_OCSF names no checkout of ocsf-schema at 1.3.0");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/ocsf.py");
    let output = Command::new("python3").arg(script).args([&schema, &events]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
