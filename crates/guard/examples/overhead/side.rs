//! One runtime with its platform, bare or under the guard.
use crate::platform::Platform;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

#[derive(Clone, Copy)]
pub(crate) enum Language {
    Python,
    Node,
}

impl Language {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
        }
    }
}

/// What stands around the runtime.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bare,
    /// The guard with policy and sandbox, without a layer: no hooks.
    Guarded,
    /// The guard with everything.
    Hooked,
}

/// A folder with the function, its layer and its policy; removed at the end.
pub(crate) struct Stage {
    folder: PathBuf,
    guard: PathBuf,
}

impl Stage {
    pub(crate) fn new(guard: &str, preload: Option<&str>) -> Self {
        let folder = std::env::temp_dir().join(format!("buckler-overhead-{}", std::process::id()));
        for part in ["task", "layer", "empty"] {
            std::fs::create_dir_all(folder.join(part)).unwrap();
        }
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
        write(
            "task/app.py",
            b"def handler(event, context):\n    return {'ok': True, 'order': event.get('orderId')}\n",
        );
        write("task/app.js", b"exports.handler = async (event) => ({ ok: true, order: event.orderId });\n");
        let hooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("hooks");
        std::os::unix::fs::symlink(hooks, folder.join("layer/hooks")).unwrap();
        if let Some(preload) = preload {
            std::fs::copy(preload, folder.join("layer/libbuckler_preload.so")).unwrap();
        }
        let bundle: policy::Bundle = serde_json::from_value(json!({
            "format": 1, "application": "overhead", "issued": 0, "expires": u64::MAX,
            "functions": {"f": {
                "triggers": [{"kind": "direct"}],
                "input": {"json": {"type": "object", "required": ["orderId"], "properties": {
                    "orderId": {"type": "string", "maxLength": 40}, "customer": {"type": "string"},
                    "items": {"type": "array", "items": {"type": "integer"}}, "note": {"type": "string"},
                    "lines": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
                }}},
            }},
        }))
        .unwrap();
        let key = policy::signed::SigningKey::generate(policy::signed::Algorithm::Ed25519).unwrap();
        write("policy.json", &policy::signed::sign(&bundle, &key).unwrap());
        write("policy.pub", key.public().to_pem().as_bytes());
        Self { folder, guard: std::fs::canonicalize(guard).expect("the guard's program") }
    }

    pub(crate) fn program_bytes(&self) -> u64 {
        std::fs::metadata(&self.guard).unwrap().len()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.folder).is_ok();
    }
}

/// Microseconds of one round.
pub(crate) struct Measure {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Measure {
    pub(crate) fn of(mut micros: Vec<f64>) -> Self {
        micros.sort_by(f64::total_cmp);
        let at = |part: f64| micros[((micros.len() - 1) as f64 * part) as usize];
        Self { p50: at(0.5), p99: at(0.99) }
    }
}

pub(crate) struct Side {
    platform: Platform,
    process: Child,
    pub(crate) cold_ms: f64,
}

impl Side {
    pub(crate) fn start(stage: &Stage, language: Language, kind: Kind, runtime: &[String]) -> Self {
        let platform = Platform::start();
        let mut words: Vec<std::ffi::OsString> = runtime.iter().map(Into::into).collect();
        if kind != Kind::Bare {
            words.splice(0..0, [stage.guard.clone().into(), "exec".into(), "--".into()]);
        }
        let mut command = Command::new(&words[0]);
        // A variable of this shell that begins with `BUCKLER_` would keep the guard from starting: nothing of it is handed on.
        command
            .args(&words[1..])
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "C.UTF-8");
        let task = stage.folder.join("task");
        command.env("AWS_LAMBDA_RUNTIME_API", &platform.address).env("AWS_LAMBDA_FUNCTION_NAME", "f");
        command.env("LAMBDA_TASK_ROOT", &task).env("_HANDLER", "app.handler").current_dir(&task);
        if matches!(language, Language::Python) {
            command.env("PYTHONPATH", &task).env("PYTHONDONTWRITEBYTECODE", "1");
        }
        if kind != Kind::Bare {
            let layer = if kind == Kind::Hooked { "layer" } else { "empty" };
            command.env("BUCKLER_POLICY", stage.folder.join("policy.json"));
            command.env("BUCKLER_POLICY_KEY", stage.folder.join("policy.pub"));
            command.env("BUCKLER_LAYER", stage.folder.join(layer)).env("BUCKLER_EVENTS", "off");
            command.env("BUCKLER_READABLE", readable(stage, runtime));
        }
        // What goes wrong at the start is said on standard error.
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let begun = Instant::now();
        let process = command.spawn().expect("the runtime starts");
        platform.nexts(1);
        Self { platform, process, cold_ms: begun.elapsed().as_secs_f64() * 1000.0 }
    }

    /// Microseconds from the event to its answer.
    pub(crate) fn invoke(&mut self, number: usize, event: &[u8]) -> f64 {
        // The platform answers `next` at once, so the runtime is waiting when the clock starts.
        self.platform.idle();
        let begun = Instant::now();
        self.platform.give(&format!("id-{number}"), 30_000, event, &[]);
        let posted = self.platform.posted();
        let micros = begun.elapsed().as_secs_f64() * 1e6;
        assert_eq!(posted.what, "response", "{}", posted.text());
        micros
    }

    pub(crate) fn status(&self, name: &str) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line =
            text.lines().find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')));
        line.and_then(|line| line.split_whitespace().next()).and_then(|kb| kb.parse().ok()).unwrap_or(0)
    }

    /// Ticks of a hundredth of a second.
    pub(crate) fn ticks(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let field =
            |number: usize| fields.get(number).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        field(11) + field(12)
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        let _gone = self.process.kill().is_ok();
        let _status = self.process.wait().is_ok();
    }
}

/// Where the runtime of this machine stands, which is no folder of Lambda.
fn readable(stage: &Stage, runtime: &[String]) -> String {
    let mut folders = vec![stage.folder.clone()];
    for word in runtime.iter().filter(|word| word.contains('/')) {
        folders.extend(Path::new(word).ancestors().nth(2).map(Path::to_path_buf));
        if let Ok(real) = std::fs::canonicalize(word) {
            folders.extend(real.ancestors().nth(2).map(Path::to_path_buf));
        }
    }
    folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(":")
}

/// An order of about so many bytes: one note, or a list of small objects where there is room.
pub(crate) fn event(bytes: usize) -> Vec<u8> {
    let line = |at: usize| json!({"name": format!("thing {at}"), "count": at % 7, "text": format!("It is a fine {at} thing, and it's cheap.")});
    let lines: Vec<_> = (0..bytes / 200).map(line).collect();
    let mut order =
        json!({"orderId": "o-1", "items": [1, 2, 3], "customer": "c-77", "note": "", "lines": lines});
    let words = "order of three books and a pen for the office ";
    let missing = bytes.saturating_sub(order.to_string().len());
    order["note"] = words.chars().cycle().take(missing).collect::<String>().into();
    order.to_string().into_bytes()
}
