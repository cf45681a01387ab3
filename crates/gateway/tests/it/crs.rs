//! The Core Rule Set's own tests against a gateway that runs: `BUCKLER_CRS` names a folder of the set with its `tests`.
#![expect(clippy::disallowed_methods, reason = "a test reads its corpus and the log of its gateway")]
use bytes::Bytes;
use gateway::{Config, Running};
use http::{HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use replay::exchange::{self, Setting};
use replay::ftw::{self, File, Observed, Overrides, Stage, Test, remote};
use replay::message;
use ruleset::RuleSource;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;
use waf::{Limits, NoPersistence, Plan};

/// Longer than the gateway waits for the rest of a request.
const PATIENCE: Duration = Duration::from_secs(10);
/// Markers are sent until the log shows one.
const MARKERS_MAX: u32 = 50;

#[test]
fn the_rule_sets_own_tests_pass_at_level_4() {
    let Some(folder) = folder() else { return };
    let overrides =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/crs-overrides.yaml"))
            .unwrap();
    let overrides = Overrides::read(&overrides).unwrap();
    let mut server = Server::new(&folder, 4, "detect");
    let (mut passed, mut overridden, mut failed) = (0, 0, Vec::new());
    for (rule, mut test) in tests(&folder) {
        let number = test.test_id.unwrap();
        let observed: Vec<Observed> = test.stages.iter().map(|stage| server.run(stage)).collect();
        let judged = |test: &Test| {
            test.stages.iter().zip(&observed).find_map(|(stage, seen)| ftw::judge(&stage.output, seen))
        };
        let is_overridden =
            overrides.test_overrides.iter().any(|one| one.rule_id == rule && one.test_ids.contains(&number));
        if is_overridden {
            overridden += 1;
            if judged(&test).is_none() {
                failed.push(format!("{rule}-{number}: passes without its override"));
            }
            overrides.apply(rule, &mut test);
        }
        match judged(&test) {
            None => passed += 1,
            Some(why) => failed.push(format!("{rule}-{number}: {why}")),
        }
    }
    println!("{passed} passed, {overridden} of them with an override; {} failed", failed.len());
    assert!(failed.is_empty() && passed > 0, "{passed} passed; these did not:\n{}", failed.join("\n"));
}

/// What stops a request by itself, without a score: the engine's settings of ours for bodies that cannot be read.
const BROKEN_BODY: std::ops::RangeInclusive<u64> = 7_700_003..=7_700_005;
/// The anomaly scores at which the set's own set-up blocks requests and answers.
const THRESHOLDS: (u32, u32) = (5, 4);

#[test]
fn a_request_is_blocked_exactly_when_its_score_says_so() {
    let Some(folder) = folder() else { return };
    let plan = plan(&folder, 1);
    let client = exchange::loopback("test".to_owned(), 1_700_000_000_000_000);
    let setting = Setting { plan: &plan, persistence: &NoPersistence, client: &client };
    let mut server = Server::new(&folder, 1, "block");
    let (mut counts, mut wrong) = (BTreeMap::<&str, u32>::new(), Vec::new());
    for (rule, test) in tests(&folder) {
        for stage in &test.stages {
            let bytes = ftw::request(&stage.input).unwrap();
            let request = message::request(&bytes);
            let mut backend = 0;
            let outcome = exchange::run(setting, &request, |request| {
                let answer = replay::reflect::respond(request);
                backend = answer.status;
                Some(answer)
            });
            let is_broken = outcome.disruption.as_ref().is_some_and(|one| BROKEN_BODY.contains(&one.rule));
            let scores = outcome.scores;
            let expected = match () {
                () if is_broken => 400,
                () if scores.inbound >= THRESHOLDS.0 || scores.outbound >= THRESHOLDS.1 => 403,
                () => backend,
            };
            let observed = server.run(stage);
            let name = || format!("{rule}-{}", test.test_id.unwrap());
            let kind = match (expected, observed.status) {
                (400, 400) if is_broken => "refused for its body",
                // Nothing of it passes, whatever its score is.
                (_, 400) if is_no_http(&bytes) => "refused for its shape",
                (expected, status) if expected != status => {
                    wrong.push(format!("{}: {expected} expected, {status} came; {scores:?}", name()));
                    "wrong"
                }
                (403, _) => "blocked by its score",
                _ => "passed",
            };
            *counts.entry(kind).or_default() += 1;
        }
    }
    println!("{counts:?}");
    assert!(wrong.is_empty(), "{counts:?}\n{}", wrong.join("\n"));
    assert!(counts.get("blocked by its score").is_some_and(|count| *count > 1000), "{counts:?}");
}

/// Whether RFC 9112 (or RFC 3986, for the target) lets a gateway refuse these bytes; written without a look at its reader.
fn is_no_http(bytes: &[u8]) -> bool {
    let request = message::refused_request(bytes);
    let has = |name: &[u8]| request.headers.first(name).is_some();
    let is_control = |byte: u8| (byte < 32 && byte != b'\t') || byte == 127;
    let path = request.target.split(|byte| *byte == b'?').next().unwrap_or_default();
    let leaves_root = path.starts_with(b"/..") && !path.starts_with(b"/...");
    let has_broken_escape = path.split(|byte| *byte == b'%').skip(1).any(|piece| {
        piece.starts_with(b"00")
            || !piece.get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    request.refusal.is_some()
        || request.method == b"CONNECT"
        || ![&b"HTTP/1.0"[..], b"HTTP/1.1"].contains(&&request.protocol[..])
        || request.target.iter().any(|byte| b"\"<>".contains(byte))
        || leaves_root
        || has_broken_escape
        || (request.protocol == b"HTTP/1.1" && !has(b"host"))
        || (has(b"content-length") && has(b"transfer-encoding"))
        || request.headers.iter().any(|field| field.value.iter().any(|byte| is_control(*byte)))
}

fn plan(folder: &Path, paranoia: u8) -> Plan {
    let source = RuleSource {
        paths: vec![folder.to_owned()],
        paranoia: Some(paranoia),
        variables: ftw::CORE_RULE_SET_VARIABLES
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        detect_only: true,
        ..RuleSource::default()
    };
    Plan::compile(&ruleset::load(&source).rules, Limits::default()).unwrap()
}

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("BUCKLER_CRS").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: BUCKLER_CRS names no folder of the Core Rule Set");
    }
    folder
}

/// A gateway in front of the backend that the tests expect, and its log.
struct Server {
    address: SocketAddr,
    log: std::fs::File,
    number: u32,
    scratch: PathBuf,
    _gateway: Running,
    _backend: tokio::runtime::Runtime,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.scratch));
    }
}

impl Server {
    fn new(folder: &Path, paranoia: u8, mode: &str) -> Self {
        let backend =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let upstream = backend.block_on(reflect());
        let scratch = std::env::temp_dir().join(format!("buckler-crs-{}-{mode}", std::process::id()));
        std::fs::create_dir_all(&scratch).unwrap();
        let (marker, log) = (scratch.join("marker.conf"), scratch.join("matches.jsonl"));
        std::fs::write(&marker, remote::MARKER_RULE).unwrap();
        std::fs::write(&log, "").unwrap();
        let variables: Vec<String> =
            ftw::CORE_RULE_SET_VARIABLES.iter().map(|(name, value)| format!("{name} = {value:?}")).collect();
        let variables = variables.join(", ");
        let settings = format!(
            r#"
workers = 1
[[listen]]
address = "127.0.0.1:0"
[limits]
header-bytes-max = 131072
target-bytes-max = 65536
headers-max = 300
header-read-ms = 1000
body-idle-ms = 1000
[client-address]
trusted = ["127.0.0.1/32"]
[waf]
rules = [{marker:?}, {folder:?}]
paranoia = {paranoia}
variables = {{ {variables} }}
refused-per-second-max = 1000000
[log]
matches = {log:?}
secret-names = []
[upstream.app]
kind = "http"
addresses = ["http://{upstream}"]
keep-host = true
[[route]]
name = "all"
upstream = "app"
mode = "{mode}"
path-oddities = ["dot-segment", "empty-segment", "encoded-slash", "backslash", "parameter", "double-encoding", "not-utf8", "control"]
"#
        );
        let config = Config::from_toml(&settings, Path::new("")).unwrap();
        let gateway = gateway::start(config).unwrap();
        let address = gateway.addresses()[0];
        let log = std::fs::File::open(&log).unwrap();
        Self { address, log, number: 0, scratch, _gateway: gateway, _backend: backend }
    }

    /// Sends a stage's request, and tells what came of it.
    fn run(&mut self, stage: &Stage) -> Observed {
        let answer = self.send(&ftw::request(&stage.input).unwrap());
        let log = self.until_marker();
        remote::observed(&answer, &log)
    }

    fn send(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut answer = Vec::new();
        // A server may answer and close before it has read everything.
        drop(stream.write_all(bytes));
        let mut buffer = [0; 16 << 10];
        while !remote::is_whole(bytes, &answer) {
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(read) => answer.extend_from_slice(&buffer[..read]),
            }
        }
        answer
    }

    /// The log's lines before a new marker.
    fn until_marker(&mut self) -> String {
        self.number += 1;
        let marker = format!("buckler-{}-{}", std::process::id(), self.number);
        let mut text = String::new();
        for _ in 0..MARKERS_MAX {
            self.send(&remote::marker(&marker));
            let mut bytes = Vec::new();
            self.log.read_to_end(&mut bytes).unwrap();
            text.push_str(&String::from_utf8_lossy(&bytes));
            if let Some(before) = remote::before_marker(&text, &marker) {
                return before.to_owned();
            }
        }
        panic!("the log shows no marker");
    }
}

/// Every test with its rule's id.
fn tests(folder: &Path) -> Vec<(u64, Test)> {
    let mut files = Vec::new();
    list(&folder.join("tests/regression/tests"), &mut files);
    let mut found = Vec::new();
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file = File::read(&std::fs::read_to_string(&path).unwrap(), &name).unwrap();
        let rule = file.rule_id.unwrap();
        found.extend(file.tests.into_iter().map(|test| (rule, test)));
    }
    found
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            files.push(path);
        }
    }
}

/// The backend that rule tests expect, on HTTP.
async fn reflect() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let service = hyper::service::service_fn(reflected);
                let builder = hyper::server::conn::http1::Builder::new();
                drop(builder.serve_connection(TokioIo::new(stream), service).await);
            });
        }
    });
    address
}

async fn reflected(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let request = replay::message::Request {
        method: head.method.as_str().as_bytes().to_vec(),
        target: head.uri.path().as_bytes().to_vec(),
        body: body.to_vec(),
        ..Default::default()
    };
    let wish = replay::reflect::respond(&request);
    let mut answer = Response::new(Full::new(Bytes::from(wish.body)));
    *answer.status_mut() = http::StatusCode::from_u16(wish.status).unwrap();
    for field in wish.headers.iter() {
        let name = HeaderName::from_bytes(field.name).unwrap();
        answer.headers_mut().append(name, HeaderValue::from_bytes(field.value).unwrap());
    }
    Ok(answer)
}
