//! Which program runs a function: the runtimes of this machine.
use crate::plan::Function;
use crate::settings::Settings;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Our own clients of the Runtime API, for machines without AWS's.
const NODE_CLIENT: &str = include_str!("../runtimes/node/client.mjs");
const NODE_SHIM: &str = include_str!("../runtimes/node/endpoint.cjs");
const PYTHON_CLIENT: &str = include_str!("../runtimes/python/client.py");
const PYTHON_SHIM: &str = include_str!("../runtimes/python/buckler_host_endpoint.py");

/// The files that runtimes need, on the disk.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) folder: PathBuf,
    pub(crate) node_client: PathBuf,
    pub(crate) node_shim: PathBuf,
    pub(crate) python_client: PathBuf,
    /// Holds the module of the shim, which the client loads.
    pub(crate) python_site: PathBuf,
}

impl Files {
    /// Writes them below a folder.
    pub(crate) fn write(folder: &Path) -> std::io::Result<Self> {
        let files = Self {
            folder: folder.to_owned(),
            node_client: folder.join("node/client.mjs"),
            node_shim: folder.join("node/endpoint.cjs"),
            python_client: folder.join("python/client.py"),
            python_site: folder.join("python/site"),
        };
        std::fs::create_dir_all(folder.join("node"))?;
        std::fs::create_dir_all(&files.python_site)?;
        let list = [
            (&files.node_client, NODE_CLIENT),
            (&files.node_shim, NODE_SHIM),
            (&files.python_client, PYTHON_CLIENT),
            (&files.python_site.join("buckler_host_endpoint.py"), PYTHON_SHIM),
        ];
        for (path, text) in list {
            put(path, text.as_bytes())?;
        }
        Ok(files)
    }
}

#[expect(clippy::disallowed_methods, reason = "the host writes the files that its runtimes load")]
pub(crate) fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::write(path, bytes)
}

/// A family of runtimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Python,
    Node,
    /// The function brings its own `bootstrap`.
    Own,
}

/// What is started, and what beside the function's variables it needs.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) family: Family,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) variables: Vec<(&'static str, OsString)>,
    /// `AWS_Lambda_python3.13`
    pub(crate) execution: String,
}

/// The program for a function, or why there is none.
pub(crate) fn program(
    function: &Function,
    settings: &Settings,
    files: &Files,
    opt: Option<&Path>,
) -> Result<Program, String> {
    let runtime = function.runtime.as_str();
    let execution = format!("AWS_Lambda_{runtime}");
    if let Some(version) = runtime.strip_prefix("python") {
        let python = settings.python.clone().or_else(|| on_path(&format!("python{version}")));
        let python = python
            .or_else(|| on_path("python3"))
            .ok_or("no `python3` is on the PATH; name one with `--python`")?;
        let arguments =
            vec![python.into(), files.python_client.clone().into(), function.handler.clone().into()];
        let mut paths = vec![function.folder.clone()];
        let site = format!("python/lib/{runtime}/site-packages");
        paths.extend(below(function, opt, &["python", &site, ""]));
        paths.push(files.python_site.clone());
        let variables = vec![("PYTHONPATH", join(&paths)), ("PYTHONUNBUFFERED", "1".into())];
        return Ok(Program { family: Family::Python, arguments, variables, execution });
    }
    if runtime.starts_with("nodejs") {
        let node = settings.node.clone().or_else(|| on_path("node"));
        let node = node.ok_or("no `node` is on the PATH; name one with `--node`")?;
        let arguments = vec![node.into(), files.node_client.clone().into(), function.handler.clone().into()];
        let version: String = runtime.chars().filter(char::is_ascii_digit).collect();
        let own = format!("nodejs/node{version}/node_modules");
        let paths = below(function, opt, &["nodejs/node_modules", &own, "node_modules"]);
        let variables =
            vec![("NODE_PATH", join(&paths)), ("_HOST_ENDPOINT_SHIM", files.node_shim.clone().into())];
        return Ok(Program { family: Family::Node, arguments, variables, execution });
    }
    if runtime.starts_with("provided") || runtime.starts_with("rust") || runtime == "go1.x" {
        let own = function.folder.join("bootstrap");
        let roots = function.roots(function.opt.as_deref());
        let of_layer = roots.iter().position(|root| root.join("bootstrap").is_file());
        let seen = of_layer.and_then(|at| function.roots(opt).into_iter().nth(at));
        let bootstrap = match seen {
            _ if own.is_file() => own,
            Some(root) => root.join("bootstrap"),
            None => return Err(format!("`{}` is not there; build the function first", own.display())),
        };
        return Ok(Program {
            family: Family::Own,
            arguments: vec![bootstrap.into()],
            variables: Vec::new(),
            execution,
        });
    }
    if runtime.is_empty() {
        return Err("the template names no runtime".to_owned());
    }
    Err(format!("the runtime `{runtime}` is not run here; python, nodejs and provided are"))
}

/// Folders of the packages and layers of a function that are there, as it sees them.
fn below(function: &Function, opt: Option<&Path>, inner: &[&str]) -> Vec<PathBuf> {
    let seen = function.roots(opt);
    let real = function.roots(opt.and(function.opt.as_deref()));
    let roots = function.packages.iter().zip(&function.packages).chain(seen.iter().zip(&real));
    let all = roots.flat_map(|(seen, real)| inner.iter().map(move |one| (seen.join(one), real.join(one))));
    all.filter(|(_, real)| real.is_dir()).map(|(seen, _)| seen).collect()
}

fn join(paths: &[PathBuf]) -> OsString {
    std::env::join_paths(paths).unwrap_or_default()
}

/// A program on the PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    // The shims of version managers are there for every version, and run only the chosen one.
    let is_shim = |folder: &PathBuf| name != "python3" && name != "node" && folder.ends_with("shims");
    std::env::split_paths(&path)
        .filter(|folder| !is_shim(folder))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
