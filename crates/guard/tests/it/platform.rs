//! A small Lambda platform on loopback: gives events, takes answers, and refuses what Lambda refuses.
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Longest wait for something that must come.
const WAIT: Duration = Duration::from_secs(30);

/// Headers in their order.
pub(crate) type Headers = Vec<(String, String)>;

pub(crate) fn get<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// What the runtime, or the guard, posted.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    /// `response`, `error`, `init/error`.
    pub(crate) what: String,
    pub(crate) id: String,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Headers,
    pub(crate) chunks: usize,
}

impl Posted {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }
}

#[derive(Default)]
struct State {
    events: VecDeque<(Headers, Vec<u8>)>,
    posted: VecDeque<Posted>,
    /// Given, and not answered.
    open: Vec<String>,
    requests: Vec<String>,
    /// Requests that wait for an event.
    waiting: usize,
    /// How often `next` was asked for.
    nexts: usize,
}

/// The server.
#[derive(Clone)]
pub(crate) struct Platform {
    pub(crate) address: String,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Platform {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let platform = Self { address: listener.local_addr().unwrap().to_string(), state: Arc::default() };
        let shared = platform.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let one = shared.clone();
                std::thread::spawn(move || one.serve(stream));
            }
        });
        platform
    }

    /// An event, to be answered within `ms`.
    pub(crate) fn give(&self, id: &str, ms: u64, body: &[u8], more: &[(&str, &str)]) {
        #[expect(clippy::disallowed_methods, reason = "deadlines are told in time since 1970")]
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let deadline = now + Duration::from_millis(ms);
        let mut headers: Headers = vec![
            ("Content-Type".into(), "application/json".into()),
            ("Lambda-Runtime-Aws-Request-Id".into(), id.into()),
            ("Lambda-Runtime-Deadline-Ms".into(), deadline.as_millis().to_string()),
            ("Lambda-Runtime-Invoked-Function-Arn".into(), "arn:aws:lambda:eu-west-1:1:function:f".into()),
            ("Lambda-Runtime-Trace-Id".into(), "Root=1-5e1b4151-0;Sampled=1".into()),
        ];
        headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.state.0.lock().unwrap().events.push_back((headers, body.to_vec()));
        self.state.1.notify_all();
    }

    fn wait<T>(&self, what: &str, mut found: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut state = self.state.0.lock().unwrap();
        loop {
            if let Some(found) = found(&mut state) {
                return found;
            }
            let (next, over) = self.state.1.wait_timeout(state, WAIT).unwrap();
            state = next;
            assert!(!over.timed_out(), "no {what} came; asked was {:?}", state.requests);
        }
    }

    /// The next thing that was posted.
    pub(crate) fn posted(&self) -> Posted {
        self.wait("answer", |state| state.posted.pop_front())
    }

    /// Waits until the runtime has asked for so many events.
    pub(crate) fn nexts(&self, wanted: usize) {
        self.wait("request for an event", |state| (state.nexts >= wanted).then_some(()));
    }

    /// Waits until every event is with the runtime.
    #[cfg(test)]
    pub(crate) fn all_taken(&self) {
        self.wait("request for the last event", |state| state.events.is_empty().then_some(()));
    }

    /// Waits until somebody has asked for this.
    #[cfg(test)]
    pub(crate) fn asked(&self, line: &str) {
        self.wait(line, |state| state.requests.iter().any(|one| one == line).then_some(()));
    }

    /// Waits until the runtime waits for an event. For measurements.
    #[cfg(not(test))]
    pub(crate) fn idle(&self) {
        self.wait("request for an event", |state| (state.waiting > 0).then_some(()));
    }

    /// Every request line so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.state.0.lock().unwrap().requests.clone()
    }

    fn serve(&self, stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        let mut reader = BufReader::with_capacity(1 << 16, stream);
        while let Some(request) = read(&mut reader) {
            {
                let mut state = self.state.0.lock().unwrap();
                if state.requests.len() < 1000 {
                    state.requests.push(format!("{} {}", request.method, request.path));
                    self.state.1.notify_all();
                }
            }
            let reply = self.reply(request);
            if reader.get_mut().write_all(&reply).is_err() {
                return;
            }
        }
    }

    fn reply(&self, request: Request) -> Vec<u8> {
        let path = request.path.strip_prefix("/2018-06-01/runtime/").unwrap_or_default().to_owned();
        if path == "invocation/next" {
            let mut state = self.state.0.lock().unwrap();
            state.nexts += 1;
            state.waiting += 1;
            self.state.1.notify_all();
            loop {
                if let Some((headers, body)) = state.events.pop_front() {
                    state.waiting -= 1;
                    self.state.1.notify_all();
                    state.open.push(get(&headers, "Lambda-Runtime-Aws-Request-Id").unwrap().to_owned());
                    return answer(200, &headers, &body);
                }
                state = self.state.1.wait(state).unwrap();
            }
        }
        if path == "restore/next" {
            return answer(200, &Headers::new(), b"");
        }
        let (id, what) = match path.strip_prefix("invocation/").and_then(|rest| rest.split_once('/')) {
            Some((id, what)) => (id.to_owned(), what.to_owned()),
            None if path == "init/error" || path == "restore/error" => (String::new(), path),
            None => return answer(404, &Headers::new(), b"404 page not found\n"),
        };
        let mut state = self.state.0.lock().unwrap();
        if !id.is_empty() {
            let Some(at) = state.open.iter().position(|open| *open == id) else {
                return answer(400, &Headers::new(), br#"{"errorType":"InvalidRequestID"}"#);
            };
            state.open.remove(at);
        }
        let Request { headers, body, trailers, chunks, .. } = request;
        state.posted.push_back(Posted { what, id, headers, body, trailers, chunks });
        self.state.1.notify_all();
        answer(202, &vec![("Content-Type".into(), "application/json".into())], b"{\"status\":\"OK\"}\n")
    }
}

fn answer(status: u16, headers: &Headers, body: &[u8]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {status} Status\r\n").into_bytes();
    for (name, value) in headers {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    out.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    out.extend_from_slice(body);
    out
}

struct Request {
    method: String,
    path: String,
    headers: Headers,
    body: Vec<u8>,
    trailers: Headers,
    chunks: usize,
}

fn lines(reader: &mut impl BufRead) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            return Some(lines);
        }
        lines.push(line);
    }
}

fn pairs(lines: &[String]) -> Headers {
    lines.iter().filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let head = lines(reader)?;
    let mut words = head.first()?.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let headers = pairs(&head[1..]);
    let mut request =
        Request { method, path, headers, body: Vec::new(), trailers: Headers::new(), chunks: 0 };
    if get(&request.headers, "transfer-encoding").is_some() {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let size = usize::from_str_radix(line.trim(), 16).ok()?;
            if size == 0 {
                request.trailers = pairs(&lines(reader)?);
                return Some(request);
            }
            let mut piece = vec![0; size + 2];
            reader.read_exact(&mut piece).ok()?;
            request.body.extend_from_slice(&piece[..size]);
            request.chunks += 1;
        }
    }
    let length = get(&request.headers, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}
