//! What one tenant's invocation plants, and what the next tenant's finds: nothing, or another environment.
use crate::guarded::{Folder, Guarded, Setup, python};
use crate::platform::Platform;

/// Plants wherever it can, and says what it finds.
const FUNCTION: &str = r#"
import glob, os, signal, socket, subprocess, sys

CACHE = []
KEPT = []
TMP = os.environ["APP_TMP"]

def plant(what, secret):
    if what == "file":
        os.makedirs(TMP + "/a/b", exist_ok=True)
        open(TMP + "/a/b/secret", "w").write(secret)
        open(TMP + "/.hidden", "w").write(secret)
        os.symlink(TMP + "/../precious", TMP + "/link")
        os.chmod(TMP + "/a/b", 0)
    if what == "environment":
        os.environ["PLANTED"] = secret
        os.environ["PATH"] = "/evil:" + os.environ["PATH"]
        os.chdir("/")
        os.umask(0)
        sys.path.insert(0, "/evil")
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    if what == "globals":
        CACHE.append(secret)
    if what == "child":
        subprocess.Popen(["sleep", "1000"])
    if what == "daemon":
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv("/bin/sleep", ["sleep", "1000"])
            os._exit(0)
        os.wait()
    if what == "listener":
        server = socket.socket()
        server.bind(("127.0.0.1", 0))
        server.listen()
        KEPT.append(server)
    if what == "pair":
        server = socket.socket()
        server.bind(("127.0.0.1", 0))
        server.listen()
        client = socket.create_connection(server.getsockname())
        client.sendall(secret.encode())
        KEPT.extend([client, server.accept()[0]])
        server.close()
    if what == "datagrams":
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 0))
        server.sendto(secret.encode(), server.getsockname())
        KEPT.append(server)
    if what == "abstract":
        server = socket.socket(socket.AF_UNIX)
        server.bind("\0planted-" + os.environ["MARK"])
        server.listen()
        KEPT.append(server)
    if what == "framework":
        server = socket.socket(socket.AF_UNIX)
        server.bind(TMP + "/server.sock")
        server.listen()
        KEPT.append(server)
    if what == "statistics":
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.sendto(b"count:1|c", ("127.0.0.1", 8125))
        KEPT.append(sender)
    if what == "deleted":
        file = open(TMP + "/gone", "w+")
        os.remove(TMP + "/gone")
        KEPT.append(file)

def processes():
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            text = open(path, "rb").read()
            # One that ends, or is of another test's sandbox, cannot be read; one of ours can.
            ours = text == b"sleep\x001000\x00" and os.environ["MARK"].encode() in open(path.replace("cmdline", "environ"), "rb").read()
        except OSError:
            continue
        if ours:
            found.append(path)
    return found

def handler(event, context):
    if event.get("run"):
        os.system("echo " + event["run"])
    if event.get("plant"):
        plant(event["plant"], event["secret"])
    return {
        "pid": os.getpid(), "files": sorted(os.listdir(TMP)), "planted": os.environ.get("PLANTED"), "path": os.environ["PATH"],
        "folder": os.getcwd(), "evil": "/evil" in sys.path, "cache": len(CACHE), "processes": len(processes()),
        "ignored": signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN,
    }
"#;

struct Environment {
    platform: Platform,
    guarded: Guarded,
    folder: Folder,
    nexts: usize,
}

impl Environment {
    fn start(name: &str) -> Option<Self> {
        let python = python()?;
        let (platform, folder) = (Platform::start(), Folder::new(name));
        let temporary = folder.0.join("tmp");
        std::fs::create_dir_all(&temporary).unwrap();
        folder.write("precious", "x");
        let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
        let guarded = Setup::python(&python, &folder, FUNCTION)
            .with("BUCKLER_MODE", "block")
            .with("BUCKLER_LAYER", env!("CARGO_MANIFEST_DIR"))
            .with("BUCKLER_TEMPORARY", &text(&temporary))
            .with("LAMBDA_TASK_ROOT", &text(&folder.0))
            .with("APP_TMP", &text(&temporary))
            .with("PYTHONDONTWRITEBYTECODE", "1")
            .with("MARK", &text(&temporary))
            .start(&platform);
        Some(Self { platform, guarded, folder, nexts: 0 })
    }

    fn invoke(&mut self, tenant: &str, event: &str) -> serde_json::Value {
        self.nexts += 1;
        let headers = [("Lambda-Runtime-Aws-Tenant-Id", tenant)];
        self.platform.give(&format!("id-{}", self.nexts), 10_000, event.as_bytes(), &headers);
        let posted = self.platform.posted();
        assert_eq!(
            posted.what,
            "response",
            "{} {}\n{}",
            posted.text(),
            self.guarded.stdout(),
            self.guarded.stderr()
        );
        posted.json()
    }
}

/// Plants, and gives what the next invocation of the same runtime sees and what was told in between.
fn next(what: &str) -> Option<(serde_json::Value, serde_json::Value, Environment)> {
    let mut environment = Environment::start(what)?;
    let clean = environment.invoke("blue", "{}");
    environment.invoke("blue", &format!(r#"{{"plant":"{what}","secret":"blue's"}}"#));
    let found = environment.invoke("blue", "{}");
    Some((clean, found, environment))
}

#[test]
fn files_do_not_stay() {
    let Some((clean, found, environment)) = next("file") else { return };
    assert_eq!(found, clean);
    assert!(environment.folder.0.join("precious").exists());
    environment.guarded.says("leftover-file");
    assert_eq!(environment.guarded.events("leftover-file").len(), 1, "{}", environment.guarded.stdout());
}

#[test]
fn environment_and_folder_are_put_back() {
    let Some((clean, found, environment)) = next("environment") else { return };
    assert_eq!(found, clean);
    environment.guarded.says("state-restored");
    let told = environment.guarded.events("state-restored");
    assert_eq!(told.len(), 1, "{}", environment.guarded.stdout());
    for name in ["PLANTED", "PATH", "working directory", "umask", "sys.path", "SIGUSR1"] {
        assert!(told[0].to_string().contains(name), "{name}: {}", told[0]);
    }
}

#[test]
fn growing_globals_are_told() {
    let Some((_, found, environment)) = next("globals") else { return };
    // The language gives no way to undo it: told by its name, and ended where the policy says so.
    assert_eq!(found["cache"], 1);
    environment.guarded.says("app.CACHE");
    let told = environment.guarded.events("state-grew");
    assert!(told.iter().any(|event| event.to_string().contains("app.CACHE: 0 to 1")), "{told:?}");
}

/// What no language can undo stays behind with its runtime.
#[test]
fn another_tenant_gets_another_runtime() {
    for what in ["globals", "file", "environment", "child", "daemon", "framework"] {
        let Some(mut environment) = Environment::start(&format!("tenant-{what}")) else { return };
        let clean = environment.invoke("blue", "{}");
        environment.invoke("blue", &format!(r#"{{"plant":"{what}","secret":"blue's"}}"#));
        let mut found = environment.invoke("red", "{}");
        assert_ne!(found["pid"], clean["pid"], "{what}");
        let pid = found["pid"].take();
        found["pid"] = clean["pid"].clone();
        assert_eq!(found, clean, "{what}: {}", environment.guarded.stdout());
        // The same one again keeps it, and nobody had to ask for an event twice.
        assert_eq!(environment.invoke("red", "{}")["pid"], pid, "{what}");
        environment.guarded.says("another runtime is started");
        assert_eq!(environment.guarded.events("tenant").len(), 1, "{what}");
        let asked = environment.platform.requests();
        let nexts = asked.iter().filter(|line| line.ends_with("invocation/next")).count();
        assert!(nexts <= 5, "{what}: {asked:?}");
        assert!(
            environment.guarded.process.try_wait().unwrap().is_none(),
            "{what}: the platform's process stays"
        );
    }
}

#[test]
fn processes_do_not_stay() {
    for what in ["child", "daemon"] {
        let Some((clean, found, environment)) = next(what) else { return };
        assert_eq!((found["processes"].as_u64(), &found["pid"]), (Some(0), &clean["pid"]), "{what}");
        environment.guarded.says("leftover-process");
        let told = environment.guarded.events("leftover-process");
        assert!(told.len() == 1, "{what}: {told:?}");
    }
}

#[test]
fn what_cannot_be_closed_ends_the_environment() {
    for what in ["listener", "pair", "datagrams", "abstract", "deleted"] {
        let Some(mut environment) = Environment::start(what) else { return };
        environment.invoke("blue", "{}");
        environment.invoke("blue", &format!(r#"{{"plant":"{what}","secret":"blue's"}}"#));
        environment.guarded.ended();
        assert_eq!(
            environment.guarded.events("recycle").len(),
            1,
            "{what}: {}",
            environment.guarded.stdout()
        );
    }
}

#[test]
fn what_frameworks_keep_stays() {
    for (what, file, told) in
        [("framework", Some("server.sock"), "listener on"), ("statistics", None, "UDP socket on port")]
    {
        let Some((clean, found, environment)) = next(what) else { return };
        assert_eq!(found["pid"], clean["pid"], "{what}: {}", environment.guarded.stdout());
        let files: Vec<&str> =
            found["files"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(files, Vec::from_iter(file), "{what}");
        let events = environment.guarded.events("leftover-descriptor");
        assert!(events.iter().any(|event| event.to_string().contains(told)), "{what}: {events:?}");
    }
}

#[test]
fn an_attack_ends_the_environment() {
    let Some(mut environment) = Environment::start("attack") else { return };
    environment.invoke("blue", r#"{"run":"harmless"}"#);
    environment.guarded.says("cold-start");
    assert_eq!(environment.guarded.events("cold-start").len(), 1, "{}", environment.guarded.stdout());
    environment.platform.give("id-attack", 10_000, br#"{"run":"x; id"}"#, &[]);
    assert_eq!(environment.platform.posted().what, "error");
    environment.guarded.ended();
    assert_eq!(environment.guarded.events("hook-command").len(), 1, "{}", environment.guarded.stdout());
    assert_eq!(environment.guarded.events("recycle").len(), 1);
}
