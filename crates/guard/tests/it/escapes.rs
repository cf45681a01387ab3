//! Attempts to get out of the sandbox, around real runtimes: with what this machine's kernel gives, and as inside of AWS Lambda.
//!
//! `docs/sandbox.md` has the table; what gets through stands there openly, and here.
use crate::guarded::{Folder, PROGRAM};
use crate::platform::Platform;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::net::UdpSocket;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{SocketAddr, UnixListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

const PYTHON: &str = "/usr/bin/python3";
const NODE: &str = "/usr/bin/node";
/// Nobody.
const USER: u32 = 65_534;
const FILE_BYTES: u64 = 1 << 20;
const PROCESSES: u64 = 64;

/// How the platform is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kernel {
    AsItIs,
    /// As inside of standard Lambda: `examples/absent.rs`.
    Absent,
}

/// The folder of the programs that cargo made for this test.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        for line in ["build --quiet -p preload", "build --quiet -p guard --example absent"] {
            let status = Command::new(env!("CARGO")).args(line.split(' ')).status().unwrap();
            assert!(status.success(), "cargo {line}");
        }
        Path::new(PROGRAM).parent().unwrap().to_owned()
    })
}

/// Whether other users, as whom the guard runs here, come to this checkout.
fn reachable() -> bool {
    let is_closed = |folder: &&Path| std::fs::metadata(folder).is_ok_and(|data| data.mode() & 0o001 == 0);
    let closed = Path::new(PROGRAM).ancestors().skip(1).find(is_closed);
    if let Some(folder) = closed {
        println!("skipped: other users cannot pass `{}`; have the checkout elsewhere", folder.display());
    }
    closed.is_none()
}

/// A function's surroundings: code, layer, temporary folder, and things that are none of its business.
struct Scene {
    folder: Folder,
    platform: Platform,
    given: Value,
    _unix: [UnixListener; 2],
}

impl Scene {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        for (inner, mode) in [("code", 0o755), ("layer", 0o755), ("tmp", 0o777), ("outside", 0o777)] {
            let path = folder.0.join(inner);
            std::fs::create_dir_all(&path).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        std::fs::copy(built().join("libbuckler_preload.so"), folder.0.join("layer/libbuckler_preload.so"))
            .unwrap();
        folder.write("code/attempts.py", include_str!("escapes/attempts.py"));
        folder.write("code/attempts.js", include_str!("escapes/attempts.js"));
        folder.write("code/declared.py", include_str!("escapes/declared.py"));
        let secret = folder.write("outside/secret", "the secret of somebody else");
        let platform = Platform::start();
        let udp = nameserver();
        let unix = folder.0.join("outside/socket");
        let by_path = UnixListener::bind(&unix).unwrap();
        std::fs::set_permissions(&unix, std::fs::Permissions::from_mode(0o777)).unwrap();
        let hidden = format!("buckler-{}-{name}", std::process::id());
        let by_name = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&hidden).unwrap()).unwrap();
        let port: u16 = platform.address.rsplit(':').next().unwrap().parse().unwrap();
        let given = json!({
            "api": port, "secret": secret, "outside": folder.0.join("outside"), "temp": folder.0.join("tmp"),
            "unix": unix, "abstract": hidden, "udp": udp, "name": hostname(),
            "processes": PROCESSES, "file_bytes": FILE_BYTES,
        });
        let function = json!({
            "mode": "block",
            "egress": {"hosts": []},
            "programs": {"allowed": []},
            "files": {"read": [], "write": []},
            "limits": {"processes": PROCESSES, "file_bytes": FILE_BYTES},
        });
        let bundle = json!({
            "format": policy::FORMAT, "application": "escapes", "issued": 1, "expires": 99_999_999_999_u64,
            "functions": {"f": function},
        });
        folder.write("policy.json", &bundle.to_string());
        Self { folder, platform, given, _unix: [by_path, by_name] }
    }

    fn run(&self, kernel: Kernel, user: Option<u32>, command: &[&str]) -> Output {
        let mut line = match kernel {
            Kernel::AsItIs => dumping(PROGRAM),
            Kernel::Absent => {
                let mut line = dumping(built().join("examples/absent"));
                if let Some(user) = user {
                    line.args(["--user", &user.to_string()]);
                }
                line.args(["--", PROGRAM]);
                line
            }
        };
        if let (Kernel::AsItIs, Some(user)) = (kernel, user) {
            line.uid(user).gid(user);
        }
        line.args(["exec", "--"]).args(command).env_clear().current_dir(self.folder.0.join("code"));
        line.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LANG", "C.UTF-8");
        line.env("AWS_LAMBDA_RUNTIME_API", &self.platform.address).env("AWS_LAMBDA_FUNCTION_NAME", "f");
        line.env("LAMBDA_TASK_ROOT", self.folder.0.join("code"));
        line.env("AWS_SECRET_ACCESS_KEY", "never in a child");
        line.env("BUCKLER_POLICY", self.folder.0.join("policy.json")).env("BUCKLER_POLICY_UNSIGNED", "1");
        line.env("BUCKLER_LAYER", self.folder.0.join("layer"));
        line.env("BUCKLER_TEMPORARY", self.folder.0.join("tmp"));
        line.output().unwrap()
    }

    /// What each attempt came to, by name.
    fn attempts(
        &self,
        kernel: Kernel,
        user: Option<u32>,
        program: &str,
        script: &str,
    ) -> BTreeMap<String, String> {
        let script = self.folder.0.join("code").join(script);
        let output = self.run(kernel, user, &[program, &script.to_string_lossy(), &self.given.to_string()]);
        told(&format!("{kernel:?} {user:?}"), &output)
    }

    /// The same without the guard. None: this machine lets nobody keep its mounts to itself.
    fn bare(&self, program: &str, script: &str) -> Option<BTreeMap<String, String>> {
        let mut line = dumping("unshare");
        // In the place of the guard stands a shell.
        line.args(["--mount", "--propagation", "private", "--", "sh", "-c", "\"$@\"; true", "sh", program]);
        line.arg(self.folder.0.join("code").join(script)).arg(self.given.to_string());
        let output = line.current_dir(self.folder.0.join("code")).output().unwrap();
        (!output.stdout.is_empty()).then(|| told("bare", &output))
    }
}

/// What each attempt came to, by name.
fn told(how: &str, output: &Output) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let found: BTreeMap<String, String> = lines
        .filter_map(|line| {
            Some((line.get("attempt")?.as_str()?.to_owned(), line.get("result")?.as_str()?.to_owned()))
        })
        .collect();
    assert!(!found.is_empty(), "nothing was tried: {text}\n{}", String::from_utf8_lossy(&output.stderr));
    for (name, result) in &found {
        println!("{how} {name:<28} {result}");
    }
    found
}

/// A program that may write core files, as far as this machine lets it.
fn dumping(program: impl AsRef<OsStr>) -> Command {
    let mut line = Command::new("/bin/sh");
    line.args(["-c", "ulimit -c $(ulimit -H -c); exec \"$@\"", "sh"]).arg(program);
    line
}

/// Answers every question with an address; gives the port.
fn nameserver() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut bytes = [0; 512];
        while let Ok((count, from)) = socket.recv_from(&mut bytes) {
            let Some((id, question)) = bytes[..count].split_first_chunk::<2>().filter(|_| count > 12) else {
                continue;
            };
            // RFC 1035 section 4.1: a response with one question and one answer, whose name is the question's. To the name of an address
            // (PTR, 12) the question itself is the answer.
            let data: &[u8] = if question.ends_with(&[0, 12, 0, 1]) {
                &[0, 12, 0, 1, 0, 0, 0, 60, 0, 2, 0xc0, 12]
            } else {
                &[0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]
            };
            let mut answer = id.to_vec();
            answer.extend_from_slice(&[0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
            answer.extend_from_slice(&question[10..]);
            answer.extend_from_slice(&[0xc0, 12]);
            answer.extend_from_slice(data);
            drop(socket.send_to(&answer, from));
        }
    });
    port
}

fn hostname() -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test asks for the machine's name, which every resolver knows"
    )]
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    name.trim().to_owned()
}

fn installed(program: &str) -> bool {
    let found = Path::new(program).exists();
    if !found {
        println!("skipped: there is no `{program}`");
    }
    found
}

fn through(found: &BTreeMap<String, String>) -> BTreeSet<&str> {
    found.iter().filter(|(_, result)| *result == "through").map(|(name, _)| name.as_str()).collect()
}

/// Processes that stay are ended after the invocation (isolation), not stopped from being.
const STAYS: &[&str] = &["daemon"];
/// `RLIMIT_NPROC` is not for root.
const ROOT: &[&str] = &["daemon", "fork-bomb"];
/// What raw system calls do where the kernel gives neither a filter nor Landlock. `docs/sandbox.md` says it to everybody.
const ABSENT: &[&str] = &[
    "daemon",
    "dns-datagram-raw",
    "dns-question-handle",
    "file-read-raw",
    "file-shm",
    "file-write-raw",
    "guard-limits",
    "guard-signal-thread",
    "io-uring",
    "keyring",
    "memfd-descriptor",
    "memfd-name",
    "own-memory-raw",
    "perf",
    "program-loader",
    "program-raw",
    "program-static",
    "runtime-api-fast-open",
    "runtime-api-multipath",
    "runtime-api-raw",
    "socket-netlink-audit",
    "socket-vsock",
    "unix-abstract",
    "userfaultfd",
];

/// Nothing gets through that is not listed.
fn check(found: &BTreeMap<String, String>, known: &[&str]) {
    let more: Vec<&str> = through(found).into_iter().filter(|name| !known.contains(name)).collect();
    assert!(more.is_empty(), "these get through: {more:?}");
}

/// The states of controls as `buckler-guard probe --json` has them.
fn probed(mut line: Command) -> BTreeMap<String, String> {
    let output = line.args(["probe", "--json"]).output().unwrap();
    let table: Value = serde_json::from_slice(&output.stdout).unwrap();
    let controls = table["controls"].as_array().unwrap();
    controls
        .iter()
        .map(|one| (one["control"].as_str().unwrap().to_owned(), one["state"].as_str().unwrap().to_owned()))
        .collect()
}

/// This machine's kernel has all that the first table is about.
fn whole() -> bool {
    let states = probed(Command::new(PROGRAM));
    let missing: Vec<&str> = ["seccomp", "landlock-files", "landlock-ports", "no-new-privileges"]
        .into_iter()
        .filter(|control| states[*control] != "enforced")
        .collect();
    if !missing.is_empty() {
        println!("skipped in part: this kernel has not all of it: {missing:?}");
    }
    missing.is_empty()
}

/// What machines refuse by themselves, each another part of it. Everything else proves something only where it gets through without the guard.
const MACHINES: &[&str] = &[
    "bpf",
    "chroot",
    "core-dump",
    "dns-name",
    "dns-name-old",
    "dns-name-old-reentrant",
    "init-environment",
    "io-uring",
    "keyring",
    "mount",
    "node-dns-name",
    "perf",
    "runtime-api-fast-open",
    "runtime-api-multipath",
    "socket-alg",
    "socket-netlink-audit",
    "socket-packet",
    "socket-raw",
    "socket-vsock",
    "user-namespace",
    "user-namespace-clone3",
    "userfaultfd",
];

#[test]
fn without_the_guard_attempts_get_through() {
    for (program, script) in [(PYTHON, "attempts.py"), (NODE, "attempts.js")] {
        if !installed(program) {
            continue;
        }
        let Some(found) = Scene::new(&format!("bare-{script}")).bare(program, script) else {
            println!("skipped: mounts cannot be kept from this machine");
            continue;
        };
        let reached = through(&found);
        let stopped: Vec<&str> =
            found.keys().map(String::as_str).filter(|name| !reached.contains(name)).collect();
        println!("this machine stops {stopped:?}");
        assert!(stopped.iter().all(|name| MACHINES.contains(name)), "they prove nothing: {stopped:?}");
    }
}

#[test]
fn attempts_of_python_are_stopped_by_the_kernel() {
    if !installed(PYTHON) || !whole() || !reachable() {
        return;
    }
    let scene = Scene::new("escape-root");
    check(&scene.attempts(Kernel::AsItIs, None, PYTHON, "attempts.py"), ROOT);
    let scene = Scene::new("escape-user");
    check(&scene.attempts(Kernel::AsItIs, Some(USER), PYTHON, "attempts.py"), STAYS);
}

#[test]
fn attempts_of_python_without_kernel_controls() {
    if !installed(PYTHON) || !reachable() {
        return;
    }
    let scene = Scene::new("escape-absent");
    check(&scene.attempts(Kernel::Absent, Some(USER), PYTHON, "attempts.py"), ABSENT);
}

#[test]
fn attempts_of_node_are_stopped_with_and_without_the_kernel() {
    if !installed(NODE) || !reachable() {
        return;
    }
    let scene = Scene::new("escape-node");
    check(&scene.attempts(Kernel::AsItIs, Some(USER), NODE, "attempts.js"), &[]);
    let scene = Scene::new("escape-node-absent");
    check(&scene.attempts(Kernel::Absent, Some(USER), NODE, "attempts.js"), &[]);
}

#[test]
fn what_is_absent_is_told_as_absent() {
    if !reachable() {
        return;
    }
    let mut line = Command::new(built().join("examples/absent"));
    line.args(["--user", &USER.to_string(), "--", PROGRAM]);
    let states = probed(line);
    for control in ["seccomp", "landlock-files", "landlock-ports"] {
        assert_eq!(states[control], "absent", "{control}");
    }
    for control in ["no-new-privileges", "no-core-dumps", "resource-limits", "proxy"] {
        assert_eq!(states[control], "enforced", "{control}");
    }
}

#[test]
fn a_demanded_control_that_is_absent_stops_the_start() {
    if !reachable() {
        return;
    }
    let scene = Scene::new("escape-demand");
    let text = r#"{"format":1,"application":"a","issued":1,"expires":99999999999,
        "functions":{"f":{"sandbox":{"demands":[{"control":"seccomp"}]}}}}"#;
    scene.folder.write("policy.json", text);
    let output = scene.run(Kernel::Absent, Some(USER), &["/bin/true"]);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!output.status.success() && said.contains("demands `seccomp`"), "{said}");
}

/// Answers each connection with what it read; gives the port.
fn server() -> u16 {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut bytes = [0; 4096];
            let read = client.read(&mut bytes).unwrap_or(0);
            let answered =
                client.write_all(b"HTTP/1.0 200 OK\r\n\r\n").and_then(|()| client.write_all(&bytes[..read]));
            drop(answered);
        }
    });
    port
}

/// A port that nobody listens on, below those that the kernel gives to others meanwhile.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 20_000).unwrap();
    let mut tried =
        std::iter::repeat_with(|| 10_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 20_000);
    tried.by_ref().take(1_000).find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

#[test]
fn what_is_declared_works() {
    if !installed(PYTHON) || !reachable() {
        return;
    }
    for (kernel, user, name) in [
        (Kernel::AsItIs, None, "declared"),
        (Kernel::AsItIs, Some(USER), "user"),
        (Kernel::Absent, Some(USER), "absent"),
    ] {
        let mut scene = Scene::new(&format!("declared-{name}"));
        let (port, own) = (server(), free_port());
        scene.given["server"] = json!(port);
        scene.given["own"] = json!(own);
        let bundle = json!({
            "format": policy::FORMAT, "application": "escapes", "issued": 1, "expires": 99_999_999_999_u64,
            "functions": {"f": {
                "mode": "block",
                "egress": {"hosts": [{"host": "127.0.0.1", "ports": [port]}, {"host": "localhost", "ports": [port]}]},
                "programs": {"allowed": ["echo", "/bin/echo", "/usr/bin/env", "sh", "/bin/sh"]},
                "files": {"read": [], "write": []},
                "sandbox": {"ports": [own]},
            }},
        });
        scene.folder.write("policy.json", &bundle.to_string());
        let found = scene.attempts(kernel, user, PYTHON, "declared.py");
        let failed: BTreeMap<String, String> = serde_json::from_str(&found["declared"]).unwrap();
        // Only the kernel sees what raw system calls start.
        let known: &[&str] = match kernel {
            Kernel::Absent => &["through the loader", "other address on a declared port by a raw call"],
            Kernel::AsItIs => &[],
        };
        let failed: Vec<_> = failed.iter().filter(|(name, _)| !known.contains(&name.as_str())).collect();
        assert!(failed.is_empty(), "{kernel:?} {user:?}: {failed:?}");
    }
}

/// Runtimes ask the machine what it is by starting a program; that is refused, but no attack, and a search along `PATH` is told once.
#[test]
fn a_question_about_the_machine_is_refused_and_no_attack() {
    if !installed(PYTHON) || !whole() {
        return;
    }
    let scene = Scene::new("asking");
    scene.folder.write("code/asking.py", include_str!("escapes/asking.py"));
    let script = scene.folder.0.join("code/asking.py");
    let output = scene.run(Kernel::AsItIs, None, &[PYTHON, &script.to_string_lossy()]);
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("uname 13 13 13") && text.contains("whoami 13 13 13"), "{text}");
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let told: Vec<(String, bool)> = lines
        .map(|line| line["unmapped"].clone())
        .filter(|told| told["rule"] == "programs" && told["action"] == "blocked")
        .map(|told| (told["facts"]["program"].as_str().unwrap().to_owned(), told["hostile"] == true))
        .collect();
    let wanted = [("/usr/local/bin/uname", false), ("/usr/local/bin/whoami", true)];
    assert_eq!(told, wanted.map(|(program, hostile)| (program.to_owned(), hostile)));
}

/// Where the policy knows no hosts, everything may be reached but the platform's own Runtime API.
#[test]
fn the_runtime_api_is_closed_where_hosts_are_open() {
    if !installed(PYTHON) || !whole() || !reachable() {
        return;
    }
    for user in [None, Some(USER)] {
        let mut scene = Scene::new(&format!("open-{}", user.unwrap_or_default()));
        scene.given["server"] = json!(server());
        let bundle = json!({
            "format": policy::FORMAT, "application": "escapes", "issued": 1, "expires": 99_999_999_999_u64,
            "functions": {"f": {"mode": "block"}},
        });
        scene.folder.write("policy.json", &bundle.to_string());
        scene.folder.write("code/open.py", include_str!("escapes/open.py"));
        let found = scene.attempts(Kernel::AsItIs, user, PYTHON, "open.py");
        assert_eq!(found["runtime-api"], "EACCES");
        assert_eq!(found["runtime-api-raw"], "EACCES");
        assert_eq!(found["runtime-api-mapped"], "EACCES");
        assert_eq!(found["metadata-raw"], "EACCES");
        assert_eq!(found["server"], "through");
        assert_eq!(found["server-raw"], "through");
    }
}
