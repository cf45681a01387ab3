//! Starting the process of an environment: its variables, its `/tmp`, the guard around it, its output.
use crate::mounts::{Mounts, OPT, TASK};
use crate::plan::Function;
use crate::runtimes::{Family, Program};
use crate::settings::Settings;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::{Child, Command};

/// What a process is started with.
#[derive(Debug)]
pub(crate) struct Start<'a> {
    pub(crate) function: &'a Function,
    pub(crate) settings: &'a Settings,
    pub(crate) program: &'a Program,
    /// With it a function that starts from a snapshot asks for its credentials.
    pub(crate) token: &'a str,
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
    /// Which of Lambda's own places it sees.
    pub(crate) mounts: &'a Mounts,
    /// Where the function sees the folder with all of its layers: `/opt`, where that can be had.
    pub(crate) opt: Option<&'a Path>,
}

impl Start<'_> {
    /// What gives the rest of a line its own places.
    fn private(&self) -> Vec<OsString> {
        self.mounts.line(self.function, &self.folder.join("tmp"))
    }

    /// Its folder for temporary files, as it sees it.
    fn temporary(&self) -> PathBuf {
        if self.mounts.tmp { "/tmp".into() } else { self.folder.join("tmp") }
    }
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

/// Starts the process, in a group of its own.
pub(crate) fn start(start: &Start<'_>) -> std::io::Result<Child> {
    let mut line = start.private();
    if let Some(guard) = start.guard {
        line.extend([guard.program.clone().into(), OsString::from("exec"), OsString::from("--")]);
    }
    let wrapper = start.function.environment.get("AWS_LAMBDA_EXEC_WRAPPER");
    if let Some(wrapper) = wrapper.filter(|_| start.program.family != Family::Own) {
        line.push(layered(start, wrapper));
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
    let mut line = start.private();
    line.push(program.into());
    let kept = |name: &OsString| {
        let name = name.to_string_lossy();
        !name.starts_with(['_']) && !name.starts_with("BUCKLER_") && !NOT_FOR_EXTENSIONS.contains(&&*name)
    };
    let variables = variables(start).into_iter().filter(|(name, _)| kept(name)).collect();
    run(line, Path::new("/"), variables)
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
fn layered(start: &Start<'_>, path: &str) -> OsString {
    let below = path.strip_prefix("/opt/").filter(|_| start.opt != Some(Path::new(OPT)));
    let roots = start.function.roots(start.opt);
    let found = below.and_then(|rest| roots.iter().map(|root| root.join(rest)).find(|file| file.is_file()));
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
    set("PATH", with_opt(start, path, "bin"));
    if start.function.opt.as_ref().is_some_and(|opt| opt.join("lib").is_dir()) {
        let own = [function.folder.clone(), function.folder.join("lib")];
        set("LD_LIBRARY_PATH", with_opt(start, std::env::join_paths(own).unwrap_or_default(), "lib"));
    }
    set("LANG", "en_US.UTF-8".into());
    set("TZ", ":UTC".into());
    // A home without anything in it: the person's own credentials are not the function's.
    set("HOME", start.temporary().into());
    set("AWS_ENDPOINT_URL", start.endpoint.into());
    set("AWS_EC2_METADATA_DISABLED", "true".into());
    if !start.mounts.tmp {
        set("TMPDIR", start.temporary().into());
    }
    // Code is not written to, as in Lambda.
    set("PYTHONDONTWRITEBYTECODE", "1".into());
    for (name, value) in &start.program.variables {
        set(name, value.clone());
    }
    for (name, value) in &function.environment {
        if name != "PYTHONPATH" && name != "NODE_PATH" {
            set(name, placed(value, &function.folder));
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
        _ if function.snap_start => set("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start".into()),
        Some(count) => {
            set("AWS_LAMBDA_INITIALIZATION_TYPE", "lambda-managed-instances".into());
            set("AWS_LAMBDA_MAX_CONCURRENCY", count.to_string().into());
        }
        None => set("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".into()),
    }
    set("AWS_LAMBDA_LOG_GROUP_NAME", group.into());
    set("AWS_LAMBDA_LOG_STREAM_NAME", start.log_stream.into());
    if function.snap_start {
        let uri = format!("http://127.0.0.1:{}/2021-04-23/credentials", start.port);
        set("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.into());
        set("AWS_CONTAINER_AUTHORIZATION_TOKEN", start.token.into());
    } else {
        set("AWS_ACCESS_KEY_ID", function.access_key.clone().into());
        set("AWS_SECRET_ACCESS_KEY", function.secret_key.clone().into());
        set("AWS_SESSION_TOKEN", format!("local-{}", function.name).into());
    }
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

/// A variable that names the code's place in Lambda, or a list of paths with some below it: they lead to the code's folder here.
fn placed(value: &str, folder: &Path) -> OsString {
    let parts = value.split(':').map(|part| match part.strip_prefix(TASK) {
        Some("") => folder.as_os_str().to_owned(),
        Some(inner) if inner.starts_with('/') => {
            let mut path = folder.as_os_str().to_owned();
            path.push(inner);
            path
        }
        _ => part.into(),
    });
    parts.collect::<Vec<_>>().join(OsStr::new(":"))
}

/// A list of folders with one of the layers behind it.
fn with_opt(start: &Start<'_>, list: OsString, inner: &str) -> OsString {
    let Some(opt) = start.opt else { return list };
    let folders = std::env::split_paths(&list).chain([opt.join(inner)]);
    std::env::join_paths(folders).unwrap_or(list)
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
    set("BUCKLER_TEMPORARY", start.temporary().into());
    set("BUCKLER_PORTS", guard.ports.iter().map(u16::to_string).collect::<Vec<_>>().join(",").into());
    let mut readable = function.roots(start.opt);
    readable.extend(function.packages.iter().cloned());
    readable.push(start.runtimes.to_owned());
    readable.extend(start.mounts.task().map(Path::to_owned));
    // A virtual environment: what stands beside its `bin`.
    let home = start.program.arguments.first().map(Path::new).and_then(Path::parent).and_then(Path::parent);
    readable.extend(home.filter(|home| home.components().count() > 2).map(Path::to_owned));
    set("BUCKLER_READABLE", std::env::join_paths(readable).unwrap_or_default());
    if start.settings.detect {
        set("BUCKLER_MODE", "detect".into());
    }
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

#[cfg(test)]
mod tests {
    use super::placed;
    use std::path::Path;

    #[test]
    fn the_place_of_the_code_is_the_folder_of_the_code() {
        let wanted = [
            ("/var/task", "/code"),
            ("/var/task/", "/code/"),
            ("/opt/lib:/var/task/lib:/usr/lib", "/opt/lib:/code/lib:/usr/lib"),
            ("/var/tasks/lib", "/var/tasks/lib"),
            ("https://example.org/var/task", "https://example.org/var/task"),
            ("a::b", "a::b"),
            ("", ""),
        ];
        for (value, here) in wanted {
            assert_eq!(placed(value, Path::new("/code")), here, "{value}");
        }
    }
}
