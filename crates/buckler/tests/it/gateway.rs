//! `buckler gateway`: from a template to a process that serves, is reloaded under load, and stops without losing a request.
use crate::run::Folder;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// An application, a thread for each connection: `/slow` takes a second.
fn app() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || answer(stream.unwrap()));
        }
    });
    port
}

fn answer(mut stream: TcpStream) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    while let Some(Ok(first)) = lines.next() {
        while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
        if first.contains("/slow") {
            std::thread::sleep(Duration::from_secs(1));
        }
        if stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine").is_err() {
            return;
        }
    }
}

/// One more request on a connection that stays.
fn ask_again(kept: &mut TcpStream) {
    kept.write_all(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"fine") {
        let mut piece = [0; 1024];
        let read = kept.read(&mut piece).unwrap();
        assert_ne!(read, 0, "cut off after {}", String::from_utf8_lossy(&answer));
        answer.extend(piece.iter().take(read));
    }
}

fn settings(app: u16, more: &str) -> String {
    format!(
        "workers = 1\n{more}\n[[listen]]\naddress = \"127.0.0.1:0\"\n[upstream.app]\nkind = \"http\"\naddresses = [\"http://127.0.0.1:{app}\"]\n[[route]]\nname = \"all\"\nupstream = \"app\"\nmode = \"off\"\n"
    )
}

/// A gateway that serves, and what it says.
struct Serving {
    process: Child,
    port: u16,
    said: std::io::Lines<BufReader<std::process::ChildStderr>>,
}

impl Serving {
    fn start(folder: &Folder) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_buckler"))
            .args(["gateway", "run"])
            .current_dir(folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap()).lines();
        let first = said.next().unwrap().unwrap();
        let port = first.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        assert!(port.is_some(), "{first}");
        let port = port.unwrap();
        Self { process, port, said }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// The next line that it says with these words in it.
    fn says(&mut self, wanted: &str) {
        let found = self.said.by_ref().map_while(Result::ok).any(|line| line.contains(wanted));
        assert!(found, "it never says {wanted:?}");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The answer to a request on a connection of its own; nothing where there is none.
fn ask(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

fn is_fine(answer: Option<&String>) -> bool {
    answer.is_some_and(|answer| answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("fine"))
}

#[test]
fn reloads_under_load_lose_no_request() {
    let app = app();
    let folder = Folder::new(&[("gateway.toml", &settings(app, ""))]);
    let mut serving = Serving::start(&folder);
    let (port, stop) = (serving.port, Arc::new(AtomicBool::new(false)));
    let served = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..4)
        .map(|number| {
            let (stop, served) = (Arc::clone(&stop), Arc::clone(&served));
            std::thread::spawn(move || {
                let mut kept = TcpStream::connect(("127.0.0.1", port)).unwrap();
                while !stop.load(Relaxed) {
                    // Two of them on one connection, two on many.
                    if number % 2 == 0 {
                        ask_again(&mut kept);
                    } else {
                        let answer = ask(port, "/a");
                        assert!(is_fine(answer.as_ref()), "{answer:?}");
                    }
                    served.fetch_add(1, Relaxed);
                }
            })
        })
        .collect();
    for number in 0..10 {
        let rules =
            format!("[[rate.limits]]\nname = \"r{number}\"\nrate = \"1000000/1s\"\nby = [\"address\"]\n");
        folder.write("gateway.toml", &settings(app, &rules));
        serving.signal("-HUP");
        serving.says("is in force");
        // What cannot be used changes nothing.
        folder.write("gateway.toml", &settings(app, "unknown = true"));
        serving.signal("-HUP");
        serving.says("the old configuration stays");
    }
    let before = served.load(Relaxed);
    while served.load(Relaxed) < before + 20 {
        std::thread::yield_now();
    }
    stop.store(true, Relaxed);
    clients.into_iter().for_each(|client| client.join().unwrap());
    // It is really the new one that is in force.
    folder.write(
        "gateway.toml",
        &settings(app, "[[block.block]]\nprefix = \"127.0.0.0/8\"\nreason = \"test\"\n"),
    );
    serving.signal("-HUP");
    serving.says("is in force");
    assert!(ask(port, "/a").unwrap().starts_with("HTTP/1.1 403 "));
}

#[test]
fn it_stops_when_the_last_request_has_its_answer() {
    let folder = Folder::new(&[("gateway.toml", &settings(app(), "limits.drain-ms = 20000"))]);
    let mut serving = Serving::start(&folder);
    let port = serving.port;
    let mut idle = TcpStream::connect(("127.0.0.1", port)).unwrap();
    idle.write_all(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut begun = [0; 16];
    idle.read_exact(&mut begun).unwrap();
    let slow = std::thread::spawn(move || ask(port, "/slow"));
    // It has the request once the application waits with it: the signal comes in the middle of that second.
    std::thread::sleep(Duration::from_millis(300));
    serving.signal("-TERM");
    serving.says("stopping");
    let answer = slow.join().unwrap();
    assert!(is_fine(answer.as_ref()), "{answer:?}");
    let status = serving.process.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "nobody listens any more");
    let mut rest = Vec::new();
    drop(idle.read_to_end(&mut rest));
    assert!(rest.ends_with(b"fine"), "an idle connection is closed");
}

#[test]
fn from_a_template_to_a_gateway() {
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Orders:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: a.handler\n      Runtime: python3.13\n      CodeUri: .\n      Events:\n        Get:\n          Type: HttpApi\n          Properties:\n            Path: /orders/{id}\n            Method: get\n";
    let folder = Folder::new(&[
        ("template.yaml", template),
        ("a.py", "def handler(event, context):\n    return {}\n"),
    ]);
    let drafted = folder.buckler(&["gateway", "init", "-o", "gateway.toml"]);
    assert_eq!(drafted.code, 0, "{drafted:?}");
    let text = folder.read("gateway.toml");
    assert!(text.contains("/orders/{id}"), "{text}");
    // Functions are invoked with a key, which the environment holds.
    let keyless = folder.buckler(&["gateway", "check"]);
    assert!(keyless.code == 2 && keyless.err.contains("upstream.Orders.sign"), "{keyless:?}");
    let keys = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "a secret")];
    let checked = folder.buckler_with(&["gateway", "check"], &keys);
    assert_eq!(checked.code, 0, "{checked:?}\n{text}");
    assert!(checked.err.contains("can be used"), "{checked:?}");
    let second = "\n[[route]]\nname = \"late\"\npath = \"/orders/{other}\"\nmethods = [\"GET\"]\nupstream = \"nobody\"\n";
    folder.write("gateway.toml", &(text + second));
    let wrong = folder.buckler_with(&["gateway", "check"], &keys);
    assert!(wrong.code != 0 && wrong.err.contains("nobody"), "{wrong:?}");
}
