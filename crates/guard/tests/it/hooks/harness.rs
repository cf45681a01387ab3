//! A runtime under the hooks, without the Runtime API: a driver takes a case a line and says what became of it.
use guard::hooks::Hooks;
use guard::{Invocation, Occurrence, Part, Places, Report};
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

/// Everything that was told.
#[derive(Default)]
pub(super) struct Told(pub(super) Mutex<Vec<Occurrence>>);

impl Report for Told {
    fn report(&self, occurrence: Occurrence) {
        self.0.lock().unwrap().push(occurrence);
    }
}

impl Told {
    pub(super) fn take(&self) -> Vec<Occurrence> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// A program that is no part of ours, and the guard's side of it.
pub(super) struct Runtime {
    pub(super) hooks: Hooks,
    pub(super) told: Arc<Told>,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    count: u64,
}

/// A folder of the build's for one test.
pub(super) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hooks-{name}-{}", std::process::id()));
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(folder.join("tmp")).unwrap();
    std::fs::create_dir_all(folder.join("task")).unwrap();
    lay_hooks(&folder);
    folder
}

/// The hooks as they ship.
fn lay_hooks(folder: &Path) {
    for (path, text) in guard::hooks::FILES {
        let file = folder.join("layer/hooks").join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, guard::hooks::shipped(path, text)).unwrap();
    }
}

pub(super) fn places(folder: &Path) -> Places {
    Places {
        layer: folder.join("layer"),
        code: folder.join("task"),
        temporary: folder.join("tmp"),
        ..Places::default()
    }
}

pub(super) fn invocation(count: u64, event: &str) -> Invocation {
    Invocation {
        request_id: format!("00000000-0000-4000-8000-{count:012}"),
        deadline_ms: 0,
        function_arn: "arn:aws:lambda:eu-west-1:123456789012:function:f".to_owned(),
        tenant: None,
        client_context: None,
        cognito_identity: None,
        event: event.as_bytes().into(),
        trigger: waf::event::read(event.as_bytes(), None, &waf::event::EventLimits::default())
            .unwrap()
            .trigger,
        work: Arc::default(),
    }
}

impl Runtime {
    /// Starts `program` with the environment of a function in `folder`.
    pub(super) fn start(program: &str, driver: &str, folder: &Path, policy: &policy::Function) -> Self {
        let told = Arc::new(Told::default());
        let mut environment: Vec<(OsString, OsString)> =
            std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME").collect();
        environment.push(("LAMBDA_TASK_ROOT".into(), folder.join("task").into()));
        environment.push(("APP_TMP".into(), folder.join("tmp").into()));
        environment.push(("PYTHONDONTWRITEBYTECODE".into(), "1".into()));
        environment.push(("API_HOST".into(), "api.configured.invalid".into()));
        environment.push(("SECRET".into(), "s3cr3t".into()));
        let report = Arc::clone(&told) as Arc<dyn Report>;
        let (hooks, preparation) = Hooks::with(policy, report, &places(folder), environment.clone()).unwrap();
        let mut command = Command::new(program);
        command.arg(driver).current_dir(folder.join("task")).env_clear().envs(environment);
        for (name, value) in &preparation.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let numbers: Vec<(i32, i32)> =
            preparation.inherited.iter().map(|(from, to)| (from.as_raw_fd(), *to)).collect();
        inherit(&mut command, numbers);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut runtime = Self { hooks, told, child, input, output, count: 0 };
        assert_eq!(runtime.line(), "ready");
        runtime
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// What became of one case: `ok …`, `refused …` or `error …`.
    pub(super) fn case(&mut self, name: &str, event: &str) -> String {
        self.count += 1;
        let invocation = invocation(self.count, event);
        self.hooks.begin(&invocation);
        let answer = self.outside(name, event);
        self.hooks.end(&invocation);
        answer
    }

    /// As [`Runtime::case`], while no invocation runs.
    pub(super) fn outside(&mut self, name: &str, event: &str) -> String {
        let line = serde_json::to_string(&(name, event)).unwrap();
        writeln!(self.input, "{line}").unwrap();
        self.line()
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[expect(unsafe_code, reason = "descriptors get their numbers between fork and exec")]
pub(super) fn inherit(command: &mut Command, numbers: Vec<(i32, i32)>) {
    // Out of the way first: a number that one descriptor gets may be another's own.
    let moves = move || {
        for (from, to) in &numbers {
            // SAFETY: both calls are async-signal-safe and take numbers only.
            let done = unsafe { libc::dup2(libc::fcntl(*from, libc::F_DUPFD, 100), *to) };
            if done < 0 {
                return Err(std::io::Error::last_os_error());
            }
        }
        Ok(())
    };
    // SAFETY: the closure allocates nothing.
    unsafe { command.pre_exec(moves) };
}

/// Runs a table of cases, and says every one that came out differently.
pub(super) fn table(runtime: &mut Runtime, cases: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (name, event, expected) in cases {
        runtime.told.take();
        let answer = runtime.case(name, event);
        let told = runtime.told.take();
        let rule =
            told.iter().find(|one| one.action == guard::Action::Blocked).and_then(|one| one.rule.clone());
        let fits = match *expected {
            "ok" => answer.starts_with("ok") && rule.is_none() && !told.iter().any(|one| one.hostile),
            "error" => answer.starts_with("error") && rule.is_none(),
            expected => answer.starts_with("refused") && rule.as_deref() == Some(expected),
        };
        if !fits {
            wrong.push(format!("{name} {event}: expected {expected}, was {answer} {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// The folder of tools that the project installs for its tests.
pub(super) fn tool(path: &str) -> Option<String> {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools").join(path);
    tool.exists().then(|| tool.to_str().unwrap().to_owned())
}
