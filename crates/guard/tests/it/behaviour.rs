//! What a function may do, as its policy says: programs, hosts, files, time, its own package. What no list holds is refused inside of the
//! function; where there is no list, what is new is told.
use crate::guarded::{Folder, Guarded};
use crate::platform::Platform;
use crate::policies::{under, unsigned};
use policy::package::Package;
use serde_json::{Value, json};

/// The code chooses: what an event names itself is an attack, and another matter.
const FUNCTION: &str = r#"
import ctypes, errno, os, platform, socket, subprocess, time

def started(program):
    return subprocess.run([program], capture_output=True, check=True).stdout.decode()

def connected(place):
    host, port = place.rsplit(':', 1)
    with socket.create_connection((host, int(port)), timeout=2):
        return 'connected'

def opened(path, mode):
    with open(path, mode):
        return 'opened'

def keyring():
    libc = ctypes.CDLL(None, use_errno=True)
    # keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0)
    found = libc.syscall(NUMBERS[platform.machine()], 0, -3, 0)
    return 'refused' if found < 0 and ctypes.get_errno() == errno.EPERM else 'passed'

NUMBERS = {'x86_64': 250, 'aarch64': 219}
CHOICES = {
    'keyring': keyring,
    'echo': lambda: started('/bin/echo'),
    'true': lambda: started('/usr/bin/true'),
    'child': lambda: started('/usr/bin/env'),
    'other-host': lambda: str(socket.getaddrinfo('other.example.net', 443)),
    'metadata': lambda: connected('169.254.169.254:80'),
    'runtime-api': lambda: connected(os.environ['REAL']),
    'users': lambda: opened('/etc/passwd', 'rb'),
    'hostname': lambda: opened('/etc/hostname', 'rb'),
    'plant': lambda: opened('/var/lib/planted', 'ab'),
    'memory': lambda: opened('/proc/self/mem', 'r+b'),
    'own-file': lambda: opened('/tmp/own', 'ab'),
    'native': lambda: str(ctypes.CDLL('libz.so.1') is not None),
    'password': lambda: len(os.environ['DB_PASSWORD']),
    'sleep': lambda: time.sleep(50),
    'nothing': lambda: 'done',
}

def handler(event, context):
    try:
        return {'did': CHOICES[event['do']]()}
    except BaseException as error:
        return {'failed': type(error).__name__, 'why': str(error)[:200]}
"#;

/// A function with its variables, under a policy.
fn function(name: &str, policy: Value, more: &[(&str, &str)]) -> Option<(Platform, Guarded, Folder)> {
    let platform = Platform::start();
    let (guarded, folder) = beside(&platform, name, policy, more)?;
    Some((platform, guarded, folder))
}

/// The same with a platform that is known before.
fn beside(
    platform: &Platform,
    name: &str,
    mut policy: Value,
    more: &[(&str, &str)],
) -> Option<(Guarded, Folder)> {
    policy["mode"] = "block".into();
    policy["isolation"] = json!({"recycle_after_attack": false});
    let mut variables = vec![unsigned()];
    variables.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    under(platform, (name, FUNCTION), &policy, &variables)
}

/// What the function did, or what it could not.
fn asked(platform: &Platform, guarded: &Guarded, what: &str) -> Value {
    platform.give("id", 20_000, json!({ "do": what }).to_string().as_bytes(), &[]);
    let posted = platform.posted();
    assert_eq!(posted.what, "response", "{what}: {} {}", posted.text(), guarded.stderr());
    posted.json()
}

#[test]
fn what_no_list_holds_is_refused_inside_of_the_function() {
    let policy = json!({
        "programs": {"allowed": ["/usr/bin/true"]},
        "egress": {"hosts": [{"host": "api.example.org", "ports": [443]}]},
        "files": {"read": ["/etc/hostname"], "write": []},
    });
    let platform = Platform::start();
    let Some((guarded, _folder)) = beside(&platform, "closed-lists", policy, &[("REAL", &platform.address)])
    else {
        return;
    };
    for (what, rule) in [
        ("echo", "hook-program"),
        ("other-host", "hook-egress"),
        ("metadata", "hook-host"),
        ("runtime-api", "hook-runtime-api"),
        ("users", "hook-path"),
        ("plant", "hook-path"),
        ("memory", "hook-memory"),
    ] {
        let answer = asked(&platform, &guarded, what);
        assert!(answer["why"].as_str().is_some_and(|why| why.contains(rule)), "{what}: {answer}");
        guarded.says(rule);
        assert!(guarded.events(rule).iter().any(|event| event["unmapped"]["action"] == "blocked"), "{what}");
    }
    for what in ["true", "hostname", "own-file", "nothing"] {
        let answer = asked(&platform, &guarded, what);
        assert!(answer.get("did").is_some(), "{what}: {answer} {}", guarded.stdout());
    }
}

#[test]
fn what_nobody_knows_is_told_and_goes_on() {
    let Some((platform, guarded, _folder)) = function("open-lists", json!({}), &[]) else { return };
    for (what, rule) in [("echo", "hook-program"), ("users", "hook-path"), ("native", "hook-native")] {
        let answer = asked(&platform, &guarded, what);
        // Whether the library is there is this machine's affair.
        let why = answer["failed"].as_str().unwrap_or_default();
        assert!(["", "OSError"].contains(&why), "{what}: {answer}");
        guarded.says(rule);
        let told = guarded.events(rule);
        assert!(told.iter().all(|event| event["unmapped"]["action"] != "blocked"), "{told:?}");
    }
}

#[test]
fn children_do_not_see_what_the_function_knows() {
    let policy = json!({"environment": {"secrets": ["DB_PASSWORD"]}});
    let variables = [
        ("DB_PASSWORD", "correct horse"),
        ("AWS_SECRET_ACCESS_KEY", "battery staple"),
        ("AWS_SESSION_TOKEN", "token of a session"),
        ("PLAIN", "to be seen"),
    ];
    let Some((platform, guarded, _folder)) = function("children", policy, &variables) else { return };
    let own = asked(&platform, &guarded, "password");
    assert_eq!(own["did"], "correct horse".len());
    let child = asked(&platform, &guarded, "child");
    let seen = child["did"].as_str().unwrap_or_else(|| panic!("{child}"));
    assert!(seen.contains("to be seen"), "{seen}");
    for secret in ["correct horse", "battery staple", "token of a session"] {
        assert!(!seen.contains(secret), "{seen}");
    }
}

#[test]
fn a_function_has_the_time_that_its_policy_gives() {
    let policy = json!({"limits": {"duration_ms": 400}});
    let Some((platform, guarded, _folder)) = function("duration", policy, &[]) else { return };
    let quick = asked(&platform, &guarded, "nothing");
    assert_eq!(quick["did"], "done");
    platform.give("id", 60_000, br#"{"do": "sleep"}"#, &[]);
    let posted = platform.posted();
    assert_ne!(posted.what, "response", "{}", posted.text());
}

#[test]
fn a_package_that_was_changed_does_not_start() {
    let mut package = Package::default();
    package.add("app.py", FUNCTION.as_bytes());
    // The policy lies in the same folder here, and belongs to what is summed.
    for (digest, starts) in [("0".repeat(64), false), (package.digest(), true)] {
        let policy = json!({"package": digest});
        let own = Folder::new("package-alone");
        own.write("app.py", FUNCTION);
        let task = own.0.display().to_string();
        let Some((platform, mut guarded, _folder)) =
            function("package", policy, &[("LAMBDA_TASK_ROOT", &task), ("PYTHONPATH", &task)])
        else {
            return;
        };
        if starts {
            assert_eq!(asked(&platform, &guarded, "nothing")["did"], "done");
        } else {
            let posted = platform.posted();
            assert!(posted.text().contains("Runtime.GuardRefused"), "{}", posted.text());
            assert_ne!(guarded.ended().code(), Some(0));
        }
    }
}

#[test]
fn start_and_warm_up_are_told_once() {
    let Some((platform, guarded, _folder)) = function("pace", json!({}), &[]) else { return };
    for _ in 0..12 {
        asked(&platform, &guarded, "nothing");
    }
    guarded.says("warm-up");
    for (rule, names) in
        [("cold-start", &["init_ms"][..]), ("warm-up", &["first_us", "usual_us", "slow_invocations"])]
    {
        let told = guarded.events(rule);
        assert_eq!(told.len(), 1, "{rule}: {}", guarded.stdout());
        let facts = &told[0]["unmapped"]["facts"];
        for name in names {
            let number: u64 = facts[name].as_str().unwrap().parse().unwrap();
            assert!(number > 0 || *name == "slow_invocations", "{facts}");
        }
    }
}

/// A call that no function needs, and a policy that gives it back.
#[test]
fn a_system_call_is_given_back_by_name() {
    let calls = |names: &[&str]| json!({"sandbox": {"system_calls": names}});
    for (names, wanted) in [(&[][..], "refused"), (&["SYS_keyctl"], "passed")] {
        let Some((platform, guarded, _folder)) = function("system-calls", calls(names), &[]) else { return };
        let answer = asked(&platform, &guarded, "keyring");
        let probe = guarded.events("probe")[0]["unmapped"]["facts"]["seccomp"].clone();
        let is_filtered = probe == "enforced";
        assert!(answer["did"] == wanted || !is_filtered, "{names:?}: {answer} {probe}");
    }
    let Some((platform, mut guarded, _folder)) = function("unknown-call", calls(&["keyctl_"]), &[]) else {
        return;
    };
    let posted = platform.posted();
    assert!(
        posted.text().contains("keyctl_") && posted.text().contains("no system call"),
        "{}",
        posted.text()
    );
    assert_ne!(guarded.ended().code(), Some(0));
}
