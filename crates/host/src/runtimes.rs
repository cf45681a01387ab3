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
pub(crate) fn program(function: &Function, settings: &Settings, files: &Files) -> Result<Program, String> {
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
        for layer in &function.layers {
            paths.extend([layer.join("python"), layer.clone()].into_iter().filter(|path| path.is_dir()));
        }
        paths.push(files.python_site.clone());
        let variables = vec![("PYTHONPATH", join(&paths)), ("PYTHONUNBUFFERED", "1".into())];
        return Ok(Program { family: Family::Python, arguments, variables, execution });
    }
    if runtime.starts_with("nodejs") {
        let node = settings.node.clone().or_else(|| on_path("node"));
        let node = node.ok_or("no `node` is on the PATH; name one with `--node`")?;
        let arguments = vec![node.into(), files.node_client.clone().into(), function.handler.clone().into()];
        let mut paths = Vec::new();
        for layer in &function.layers {
            let inner = [layer.join("nodejs/node_modules"), layer.join("node_modules")];
            paths.extend(inner.into_iter().filter(|path| path.is_dir()));
        }
        let variables =
            vec![("NODE_PATH", join(&paths)), ("_HOST_ENDPOINT_SHIM", files.node_shim.clone().into())];
        return Ok(Program { family: Family::Node, arguments, variables, execution });
    }
    if runtime.starts_with("provided") || runtime.starts_with("rust") || runtime == "go1.x" {
        let bootstrap = function.folder.join("bootstrap");
        if !bootstrap.is_file() {
            return Err(format!("`{}` is not there; build the function first", bootstrap.display()));
        }
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
