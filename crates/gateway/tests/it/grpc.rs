//! gRPC between a real client and a real server (PyPI `grpcio`, as `cargo xtask tools` installs it), and what its media
//! type hides: nothing, except where a route says that it is for gRPC.
use crate::introspection::tool;
use crate::support::Stage;
use crate::who::Folder;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const SERVER: &str = r#"
import grpc, sys
from concurrent import futures

class Handler(grpc.GenericRpcHandler):
    def service(self, call):
        name = call.method.rsplit("/", 1)[1]
        if name == "Get":
            return grpc.unary_unary_rpc_method_handler(lambda request, context: b"got " + request)
        if name == "Chat":
            def chat(requests, context):
                context.set_trailing_metadata((("x-end", "told"),))
                for request in requests:
                    yield b"echo " + request
            return grpc.stream_stream_rpc_method_handler(chat)
        if name == "Fail":
            def fail(request, context):
                context.abort(grpc.StatusCode.NOT_FOUND, "no such order")
            return grpc.unary_unary_rpc_method_handler(fail)
        return None

server = grpc.server(futures.ThreadPoolExecutor(8), handlers=(Handler(),))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
sys.stdin.read()
"#;

const CLIENT: &str = r#"
import grpc, queue, sys
channel = grpc.insecure_channel(sys.argv[1])

def unary(path, body):
    try:
        answer = channel.unary_unary(path)(body, timeout=20)
        print(path, len(answer), answer[:40].decode(), flush=True)
    except grpc.RpcError as error:
        print(path, error.code().name, error.details(), flush=True)

unary("/shop.Orders/Get", b"one")
unary("/shop.Orders/Get", b"x" * 1000000)
unary("/shop.Orders/Get", b"attack")
unary("/shop.Orders/Fail", b"one")
unary("/shop.Orders/None", b"one")
requests = queue.Queue()
call = channel.stream_stream("/shop.Orders/Chat")(iter(requests.get, None), timeout=20)
for text in [b"first", b"second", b"third"]:
    requests.put(text)
    # The answer comes before the next request goes: both directions stream.
    print("chat", next(call).decode(), flush=True)
requests.put(None)
print("end", list(call), dict(call.trailing_metadata()).get("x-end"), call.code().name, flush=True)
unary("/shop.Hidden/Get", b"fine")
unary("/shop.Hidden/Get", b"attack")
"#;

struct Server(Child, SocketAddr);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn python() -> Option<PathBuf> {
    let python = tool("python/bin/python")?;
    let has = Command::new(&python).args(["-c", "import grpc"]).stderr(Stdio::null()).status().unwrap();
    if !has.success() {
        println!("skipped: grpcio is not installed (`cargo xtask tools`)");
    }
    has.success().then_some(python)
}

fn server(python: &Path) -> Server {
    let mut process = Command::new(python)
        .args(["-c", SERVER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    Server(process, format!("127.0.0.1:{}", line.trim()).parse().unwrap())
}

const RULES: &str = r#"
SecRequestBodyAccess On
SecResponseBodyAccess On
SecAction "id:1,phase:1,pass,nolog,ctl:forceRequestBodyVariable=On"
SecRule REQUEST_BODY "@contains attack" "id:2,phase:2,deny,status:403,log"
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grpc_passes_and_its_media_type_hides_nothing_elsewhere() {
    let Some(python) = python() else { return };
    let server = server(&python);
    let folder = Folder::new("grpc");
    let rules = folder.put("rules.conf", RULES);
    let events = folder.put("events.jsonl", "");
    let settings = format!(
        r#"
[[listen]]
address = "127.0.0.1:0"
[waf]
rules = ["{rules}"]
[log]
events = "{events}"
events-of-passed = true
[upstream.app]
kind = "http"
http2 = true
addresses = ["{{app}}"]
[[route]]
name = "orders"
path = "/shop.Orders/*"
upstream = "app"
grpc = true
request-total-ms = 1
[[route]]
name = "others"
upstream = "app"
"#
    );
    let stage = Stage::before(server.1, &settings);
    let address = stage.address.to_string();
    let ran = tokio::task::spawn_blocking(move || {
        Command::new(python).args(["-c", CLIENT, &address]).output().unwrap()
    });
    let ran = ran.await.unwrap();
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{text}{}", String::from_utf8_lossy(&ran.stderr));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "/shop.Orders/Get 7 got one");
    assert!(lines[1].starts_with("/shop.Orders/Get 1000004 got xxx"), "{text}");
    assert_eq!(lines[2], "/shop.Orders/Get 10 got attack", "uninspected where the route says gRPC");
    assert_eq!(lines[3], "/shop.Orders/Fail NOT_FOUND no such order");
    assert!(lines[4].starts_with("/shop.Orders/None UNIMPLEMENTED"), "{text}");
    assert_eq!(lines[5..8], ["chat echo first", "chat echo second", "chat echo third"]);
    assert_eq!(lines[8], "end [] told OK");
    assert_eq!(lines[9], "/shop.Hidden/Get 8 got fine");
    assert!(lines[10].starts_with("/shop.Hidden/Get PERMISSION_DENIED"), "{text}");
    stage.gateway.stop();
    #[expect(clippy::disallowed_methods, reason = "a test reads what the gateway wrote")]
    let events = std::fs::read_to_string(&events).unwrap();
    let told = |line: &&str| line.contains("a streamed request body");
    assert!(events.lines().filter(told).count() >= 4, "what nobody saw is told: {events}");
    assert!(!events.lines().filter(told).any(|line| line.contains("shop.Hidden")), "{events}");
}
