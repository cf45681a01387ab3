//! Starting the process of an environment: its variables, its `/tmp`, the guard around it, its output.
use crate::plan::Function;
use crate::runtimes::{Family, Program};
use crate::settings::Settings;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::{Child, Command};

/// What a process is started with.
#[derive(Debug)]
pub(crate) struct Start<'a> {
    pub(crate) function: &'a Function,
    pub(crate) settings: &'a Settings,
    pub(crate) program: &'a Program,
    /// Port of the environment's Runtime API.
    pub(crate) port: u16,
    /// Folder of this environment; `tmp` in it is the function's `/tmp`.
    pub(crate) folder: &'a Path,
    /// `http://127.0.0.1:4566`
    pub(crate) endpoint: &'a str,
    pub(crate) log_stream: &'a str,
    pub(crate) guard: Option<&'a Guard>,
    /// Folder of our own runtime clients.
    pub(crate) runtimes: &'a Path,
    /// A private `/tmp` can be had.
    pub(crate) private: bool,
}

/// The guard and its files.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    pub(crate) program: PathBuf,
    pub(crate) policy: PathBuf,
    pub(crate) key: PathBuf,
    /// Hooks and the preload library.
    pub(crate) layer: PathBuf,
    /// Ports of this machine that functions reach: the AWS endpoint, APIs.
    pub(crate) ports: Vec<u16>,
}

/// Gives the rest of the line its own `/tmp`.
const PRIVATE: &str = "mount --bind \"$1\" /tmp && shift && exec \"$@\"";

/// Starts the process, in a group of its own.
pub(crate) fn start(start: &Start<'_>) -> std::io::Result<Child> {
    let mut line = private(start);
    if let Some(guard) = start.guard {
        line.extend([guard.program.clone().into(), OsString::from("exec"), OsString::from("--")]);
    }
    let wrapper = start.function.environment.get("AWS_LAMBDA_EXEC_WRAPPER");
    if let Some(wrapper) = wrapper.filter(|_| start.program.family != Family::Own) {
        line.push(layered(start.function, wrapper));
    }
    line.extend(start.program.arguments.iter().cloned());
    run(line, &start.function.folder, variables(start))
}

/// Variables that extensions do not get; neither do they get those that begin with `_`, nor the guard's.
const NOT_FOR_EXTENSIONS: &[&str] = &[
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_EXEC_WRAPPER",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_XRAY_CONTEXT_MISSING",
    "AWS_XRAY_DAEMON_ADDRESS",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "NODE_PATH",
    "PYTHONPATH",
];

/// Starts an external extension, in a group of its own, with the function's `/tmp`.
pub(crate) fn extension(start: &Start<'_>, program: &Path) -> std::io::Result<Child> {
    let mut line = private(start);
    line.push(program.into());
    let kept = |name: &OsString| {
        let name = name.to_string_lossy();
        !name.starts_with(['_']) && !name.starts_with("BUCKLER_") && !NOT_FOR_EXTENSIONS.contains(&&*name)
    };
    let variables = variables(start).into_iter().filter(|(name, _)| kept(name)).collect();
    run(line, Path::new("/"), variables)
}

/// What gives the rest of a line its own `/tmp`, where that can be had.
fn private(start: &Start<'_>) -> Vec<OsString> {
    let mut line: Vec<OsString> = Vec::new();
    if start.private {
        line.extend(
            ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", PRIVATE, "sh"]
                .map(OsString::from),
        );
        line.push(start.folder.join("tmp").into());
    }
    line
}

fn run(line: Vec<OsString>, folder: &Path, variables: Vec<(OsString, OsString)>) -> std::io::Result<Child> {
    let mut line = line.into_iter();
    let mut command = Command::new(line.next().unwrap_or_default());
    command
        .args(line)
        .current_dir(folder)
        .env_clear()
        .envs(variables)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command.spawn()
}

/// `/opt/wrapper` in one of the layers.
fn layered(function: &Function, path: &str) -> OsString {
    let below = path.strip_prefix("/opt/");
    let found = below
        .and_then(|rest| function.layers.iter().map(|layer| layer.join(rest)).find(|file| file.is_file()));
    found.map_or_else(|| path.into(), PathBuf::into_os_string)
}

/// The variables of the process: those of Lambda, the function's own, what this host adds.
fn variables(start: &Start<'_>) -> Vec<(OsString, OsString)> {
    let function = start.function;
    let settings = start.settings;
    let mut list: Vec<(OsString, OsString)> = Vec::new();
    let mut set = |name: &str, value: OsString| list.push((name.into(), value));
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    let memory = function.memory_mb.to_string();
    let group = format!("/aws/lambda/{}", function.name);
    let root = function.folder.clone().into_os_string();
    set("PATH", path);
    set("LANG", "en_US.UTF-8".into());
    set("TZ", ":UTC".into());
    // A home without anything in it: the person's own credentials are not the function's.
    let home = if start.private { "/tmp".into() } else { start.folder.join("tmp") };
    set("HOME", home.into());
    set("AWS_ENDPOINT_URL", start.endpoint.into());
    set("AWS_EC2_METADATA_DISABLED", "true".into());
    if !start.private {
        set("TMPDIR", start.folder.join("tmp").into());
    }
    // Code is not written to, as in Lambda.
    set("PYTHONDONTWRITEBYTECODE", "1".into());
    for (name, value) in &start.program.variables {
        set(name, value.clone());
    }
    for (name, value) in &function.environment {
        if name != "PYTHONPATH" && name != "NODE_PATH" {
            set(name, value.into());
        }
    }
    set("_HANDLER", function.handler.clone().into());
    set("AWS_REGION", settings.region.clone().into());
    set("AWS_DEFAULT_REGION", settings.region.clone().into());
    set("AWS_EXECUTION_ENV", start.program.execution.clone().into());
    set("AWS_LAMBDA_FUNCTION_NAME", function.name.clone().into());
    set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory.into());
    set("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".into());
    match function.at_once {
        Some(count) => {
            set("AWS_LAMBDA_INITIALIZATION_TYPE", "lambda-managed-instances".into());
            set("AWS_LAMBDA_MAX_CONCURRENCY", count.to_string().into());
        }
        None => set("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".into()),
    }
    set("AWS_LAMBDA_LOG_GROUP_NAME", group.into());
    set("AWS_LAMBDA_LOG_STREAM_NAME", start.log_stream.into());
    set("AWS_ACCESS_KEY_ID", function.access_key.clone().into());
    set("AWS_SECRET_ACCESS_KEY", function.secret_key.clone().into());
    set("AWS_SESSION_TOKEN", format!("local-{}", function.name).into());
    set("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{}", start.port).into());
    set("LAMBDA_TASK_ROOT", root);
    set("LAMBDA_RUNTIME_DIR", start.runtimes.into());
    set("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR".into());
    set("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000".into());
    set("_AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1".into());
    set("_AWS_XRAY_DAEMON_PORT", "2000".into());
    if let Some(guard) = start.guard {
        guarded(start, guard, &mut set);
    }
    list
}

/// The guard's own settings.
fn guarded(start: &Start<'_>, guard: &Guard, set: &mut impl FnMut(&str, OsString)) {
    let function = start.function;
    set("BUCKLER_POLICY", guard.policy.clone().into());
    set("BUCKLER_POLICY_KEY", guard.key.clone().into());
    set("BUCKLER_LAYER", guard.layer.clone().into());
    set("BUCKLER_FUNCTION", function.node.clone().into());
    let events = start.folder.join("events.jsonl");
    set("BUCKLER_EVENTS", format!("file:{}", events.display()).into());
    let temporary = if start.private { "/tmp".into() } else { start.folder.join("tmp") };
    set("BUCKLER_TEMPORARY", temporary.into());
    set("BUCKLER_PORTS", guard.ports.iter().map(u16::to_string).collect::<Vec<_>>().join(",").into());
    let mut readable = function.layers.clone();
    readable.push(start.runtimes.to_owned());
    // A virtual environment: what stands beside its `bin`.
    let home = start.program.arguments.first().map(Path::new).and_then(Path::parent).and_then(Path::parent);
    readable.extend(home.filter(|home| home.components().count() > 2).map(Path::to_owned));
    set("BUCKLER_READABLE", std::env::join_paths(readable).unwrap_or_default());
    if start.settings.detect {
        set("BUCKLER_MODE", "detect".into());
    }
}

/// Whether a private `/tmp` can be had: the right to mount, and nothing that is needed below the machine's `/tmp`.
pub(crate) async fn private_possible(needed: &[&Path]) -> Result<(), String> {
    if let Some(path) = needed.iter().find(|path| is_below_tmp(path)) {
        return Err(format!("`{}` is below /tmp", path.display()));
    }
    let tried = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "--", "sh", "-c", "mount --bind /var/tmp /tmp"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match tried.await {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("this user may not mount".to_owned()),
        Err(why) => Err(format!("`unshare` did not start: {why}")),
    }
}

/// Also by a link, of the path itself or of a folder on the way.
fn is_below_tmp(path: &Path) -> bool {
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    let real = path.canonicalize().ok();
    [Some(path.to_owned()), folder, real].into_iter().flatten().any(|path| path.starts_with("/tmp"))
}

/// Ends a process group.
pub(crate) fn end(group: u32, signal: rustix::process::Signal) {
    // 0: none was started.
    let Some(group) =
        i32::try_from(group).ok().filter(|group| *group > 0).and_then(rustix::process::Pid::from_raw)
    else {
        return;
    };
    // A group that is gone already is what was wanted.
    rustix::process::kill_process_group(group, signal).unwrap_or_default();
}
