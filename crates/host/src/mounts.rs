//! What a function sees at Lambda's own places: its code at `/var/task`, its layers at `/opt`, a `/tmp` of its own.
//!
//! Each environment has a mount namespace, so nothing changes on the machine. Where that cannot be had, a note says what functions see instead.
use crate::plan::{Function, Plan};
use crate::runtimes::{self, Files};
use crate::settings::Settings;
use crate::talk::Talk;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// Where Lambda has layers.
pub(crate) const OPT: &str = "/opt";
/// Where Lambda has a function's code.
pub(crate) const TASK: &str = "/var/task";
const TMP: &str = "/tmp";
/// What stays as it is, and can be written, when `/var` gets a `task`.
const KEPT: &str = "/var/tmp";

/// Gives the rest of the line its own `/tmp`, an `/opt` and a `/var/task` that it cannot write, where there are folders for them (the first three
/// arguments). Most machines have no `/var/task`: then a file system that has one, at an empty folder (the fourth), is laid over `/var`, which cannot
/// be written then, as in Lambda, but for `/var/tmp`. (A folder below `/var` itself cannot be laid over it.)
const PRIVATE: &str = r#"
if [ -n "$2" ]; then mount --bind "$2" /opt && mount -o remount,bind,ro /opt || exit 126; fi
if [ -n "$3" ]; then
  if [ ! -d /var/task ]; then
    mount -t tmpfs -o mode=755 tmpfs "$4" && mkdir "$4/task" || exit 126
    (cd /var/tmp && mount -t overlay -o "lowerdir=$4:/var" overlay /var && mount --no-canonicalize --bind . /var/tmp) || exit 126
  fi
  mount --bind "$3" /var/task && mount -o remount,bind,ro /var/task || exit 126
fi
if [ -n "$1" ]; then mount --bind "$1" /tmp || exit 126; fi
shift 4 && exec "$@"
"#;

/// What can be had on this machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mounts {
    /// Functions have a `/tmp` of their own.
    pub(crate) tmp: bool,
    /// Layers are at `/opt`.
    pub(crate) opt: bool,
    /// Code is at `/var/task` as well; this is an empty folder for [`PRIVATE`].
    task: Option<PathBuf>,
}

impl Mounts {
    /// Tries each of them, and tells which cannot be had.
    pub(crate) async fn of(
        plan: &Plan,
        settings: &Settings,
        (work, files): (&Path, &Files),
        talk: &Talk,
    ) -> Self {
        let needed = needed(plan, settings, (work, files));
        let tmp = told(bindable(TMP, &needed).await, |why| {
            talk.note(format!("functions share this machine's /tmp ({why}); their TMPDIR is their own"));
        });
        let has_layers = plan.functions.values().any(|function| function.opt.is_some());
        let opt = has_layers
            && told(bindable(OPT, &needed).await, |why| {
                talk.note(format!("layers are not at /opt ({why}); their folder is on the paths"));
            });
        let scaffold = work.join("var");
        let task = told(task(&scaffold, &needed).await, |why| {
            talk.note(format!("code is not at /var/task ({why}); LAMBDA_TASK_ROOT says where it is"));
        });
        Self { tmp, opt, task: task.then_some(scaffold) }
    }

    /// Where a function sees its code, beside the folder itself.
    pub(crate) fn task(&self) -> Option<&'static Path> {
        self.task.as_ref().map(|_| Path::new(TASK))
    }

    /// What gives the rest of a line its own places: `tmp` is the folder of its `/tmp`.
    pub(crate) fn line(&self, function: &Function, tmp: &Path) -> Vec<OsString> {
        let none = OsString::new;
        let opt = function.opt.as_ref().filter(|_| self.opt);
        if !self.tmp && opt.is_none() && self.task.is_none() {
            return Vec::new();
        }
        let start = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", PRIVATE, "sh"];
        let mut line: Vec<OsString> = start.map(OsString::from).into();
        line.push(if self.tmp { tmp.into() } else { none() });
        line.push(opt.map_or_else(none, |opt| opt.clone().into()));
        line.push(self.task.as_ref().map_or_else(none, |_| function.folder.clone().into()));
        line.push(self.task.clone().map_or_else(none, PathBuf::into_os_string));
        line
    }
}

fn told(tried: Result<(), String>, tell: impl FnOnce(&str)) -> bool {
    tried.map_err(|why| tell(&why)).is_ok()
}

/// Programs and folders that functions are started with, their code and layers among them.
fn needed(plan: &Plan, settings: &Settings, (work, files): (&Path, &Files)) -> Vec<PathBuf> {
    let given = [&settings.python, &settings.node, &settings.guard, &settings.policy].into_iter().flatten();
    let given = given.chain(&settings.packages).filter_map(|path| std::path::absolute(path).ok());
    let mut needed: Vec<PathBuf> = std::iter::once(work.to_owned()).chain(given).collect();
    for function in plan.functions.values() {
        needed.push(function.folder.clone());
        needed.extend(function.layers.iter().cloned());
        // What is found on the PATH.
        let program = runtimes::program(function, settings, files, None).ok();
        needed.extend(program.and_then(|program| program.arguments.into_iter().next()).map(PathBuf::from));
    }
    needed
}

/// Whether `folder` can be a function's own: the right to mount, and nothing that is needed below the machine's.
async fn bindable(folder: &str, needed: &[PathBuf]) -> Result<(), String> {
    if let Some(path) = needed.iter().find(|path| is_below(path, |path| path.starts_with(folder))) {
        return Err(format!("`{}` is below {folder}", path.display()));
    }
    tried("mount --bind /var/tmp \"$1\" && mount -o remount,bind,ro \"$1\"", &[folder.as_ref()]).await
}

/// Whether code can be at `/var/task`; makes the empty folder.
async fn task(scaffold: &Path, needed: &[PathBuf]) -> Result<(), String> {
    let is_there = Path::new(TASK).is_dir();
    let hidden = |path: &Path| {
        path.starts_with(TASK) || !is_there && path.starts_with("/var") && !path.starts_with(KEPT)
    };
    if let Some(path) = needed.iter().find(|path| is_below(path, hidden)) {
        return Err(format!("`{}` is below /var", path.display()));
    }
    // The options of a mount have no way to write these.
    if scaffold.to_string_lossy().contains([':', ',', '\\']) {
        return Err(format!("`{}` holds a character that mount options cannot", scaffold.display()));
    }
    std::fs::create_dir_all(scaffold).map_err(|why| why.to_string())?;
    let code = Path::new(KEPT);
    let empty = Path::new("");
    tried(PRIVATE, &[empty, empty, code, scaffold, "true".as_ref()]).await
}

/// Runs a line of shell in a mount namespace of its own.
async fn tried(line: &str, arguments: &[&Path]) -> Result<(), String> {
    let status = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "--", "sh", "-c", line, "sh"])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match status.await {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("it cannot be mounted".to_owned()),
        Err(why) => Err(format!("`unshare` did not start: {why}")),
    }
}

/// Also by a link, of the path itself or of a folder on the way.
fn is_below(path: &Path, below: impl Fn(&Path) -> bool) -> bool {
    let parent = path.parent().and_then(|parent| parent.canonicalize().ok());
    let real = path.canonicalize().ok();
    [Some(path.to_owned()), parent, real].into_iter().flatten().any(|path| below(&path))
}
