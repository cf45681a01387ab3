//! The Core Rule Set's own tests against a gateway that runs: `BUCKLER_CRS` names a folder of the set with its `tests`.
use bytes::Bytes;
use gateway::{Config, Running};
use http::{HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use replay::ftw::{self, File, Observed, Overrides, Stage, Test, remote};
use std::convert::Infallible;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the set's own test set-up configures.
const VARIABLES: &str = r#"{ arg_name_length = "100", arg_length = "400", total_arg_length = "6400", max_num_args = "255", max_file_size = "64100", combined_file_sizes = "65535" }"#;

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
    let (mut passed, mut failed) = (0, Vec::new());
    for (rule, mut test) in tests(&folder) {
        overrides.apply(rule, &mut test);
        let why = test.stages.iter().find_map(|stage| ftw::judge(&stage.output, &server.run(stage)));
        match why {
            None => passed += 1,
            Some(why) => failed.push(format!("{rule}-{}: {why}", test.test_id.unwrap())),
        }
    }
    println!("{passed} passed, {} failed", failed.len());
    assert!(failed.is_empty() && passed > 0, "{passed} passed; these did not:\n{}", failed.join("\n"));
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
        let backend = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let upstream = backend.block_on(reflect());
        let scratch = std::env::temp_dir().join(format!("buckler-crs-{}-{mode}", std::process::id()));
        std::fs::create_dir_all(&scratch).unwrap();
        let (marker, log) = (scratch.join("marker.conf"), scratch.join("matches.jsonl"));
        std::fs::write(&marker, remote::MARKER_RULE).unwrap();
        std::fs::write(&log, "").unwrap();
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
variables = {VARIABLES}
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
            self.log.seek(SeekFrom::Current(0)).unwrap();
            let mut bytes = Vec::new();
            self.log.read_to_end(&mut bytes).unwrap();
            text.push_str(&String::from_utf8_lossy(&bytes));
            if let Some(at) = text.find(&marker) {
                let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
                return text[..line].to_owned();
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
