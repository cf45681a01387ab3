//! Data that becomes objects: what it may name, and whether the event brought it.
use super::judge::{Context, Suspicion, shown};

const RULE: &str = "hook-data";
/// Bytes of data that are looked for in the event.
const PROBE_BYTES: usize = 4_096;
/// Modules whose every member is a way to run something.
const DANGEROUS_MODULES: &[&str] = &[
    "os",
    "posix",
    "nt",
    "subprocess",
    "_posixsubprocess",
    "sys",
    "importlib",
    "shutil",
    "socket",
    "ctypes",
    "_ctypes",
    "pty",
    "runpy",
    "code",
    "codeop",
    "timeit",
    "pdb",
    "bdb",
    "profile",
    "cprofile",
    "commands",
    "webbrowser",
    "pip",
    "multiprocessing",
    "asyncio.subprocess",
    "platform",
    "venv",
    "ensurepip",
    "pkgutil",
    "imp",
    "marshal",
    "types",
];
/// Members of other modules.
const DANGEROUS_NAMES: &[&str] = &[
    "builtins.eval",
    "builtins.exec",
    "builtins.compile",
    "builtins.__import__",
    "builtins.getattr",
    "builtins.setattr",
    "builtins.open",
    "builtins.globals",
    "builtins.vars",
    "builtins.breakpoint",
    "builtins.apply",
    "builtins.input",
    "__builtin__.eval",
    "__builtin__.exec",
    "__builtin__.compile",
    "__builtin__.__import__",
    "__builtin__.getattr",
    "__builtin__.open",
    "__builtin__.apply",
    "operator.attrgetter",
    "operator.methodcaller",
    "_operator.attrgetter",
    "_operator.methodcaller",
    "functools.partial",
    "functools.reduce",
    "numpy.testing._private.utils.runstring",
    "urllib.request.urlopen",
    "logging.config.listen",
    "_io.open",
    "io.open",
    "pickle.loads",
    "_pickle.loads",
];
/// What marks active content in each format.
const MARKS: &[(&str, &[&str])] = &[
    ("yaml", &["!!python/", "tag:yaml.org,2002:python/", "!!js/", "tag:yaml.org,2002:js/"]),
    ("jsonpickle", &["py/object", "py/reduce", "py/function", "py/type", "py/repr", "py/newargs"]),
    ("node-serialize", &["_$$nd_func$$_"]),
    ("php", &["o:"]),
];

/// What a hook knows of it.
pub(super) struct Data<'a> {
    pub(super) format: &'a str,
    pub(super) name: &'a str,
    pub(super) text: &'a str,
    pub(super) base64: &'a str,
}

pub(super) fn judge(context: &Context<'_>, data: &Data<'_>) -> Vec<Suspicion> {
    let mut found = Vec::new();
    if let Some(reason) = reason(context, data) {
        let mut suspicion = Suspicion::attack(RULE, reason, "");
        let name = if data.name.is_empty() { data.format } else { data.name };
        suspicion.facts = vec![("format", shown(data.format)), ("names", shown(name))];
        found.push(suspicion);
    }
    found
}

fn reason(context: &Context<'_>, data: &Data<'_>) -> Option<String> {
    if is_dangerous(data.name) {
        return Some(format!(
            "data of the format {} names `{}`, which runs things",
            shown(data.format),
            shown(data.name)
        ));
    }
    let marks = MARKS.iter().find(|(format, _)| *format == data.format).map_or(&[][..], |(_, marks)| marks);
    let holds_mark =
        |bytes: &[u8]| marks.iter().any(|mark| memchr::memmem::find(bytes, mark.as_bytes()).is_some());
    let text = data.text.to_ascii_lowercase();
    if !data.text.is_empty() && holds_mark(text.as_bytes()) {
        return Some(format!("data of the format {} carries active content", shown(data.format)));
    }
    if marks.is_empty() {
        return brought(context, data)
            .then(|| format!("the event brought active data of the format {}", shown(data.format)));
    }
    let names =
        data.name.is_empty() || context.inputs.any(|input| holds(input, &data.name.to_ascii_lowercase()));
    (!data.name.is_empty() && names && context.inputs.any(holds_mark))
        .then(|| format!("the event brought {} with a tag that makes objects", shown(data.format)))
}

fn is_dangerous(name: &str) -> bool {
    let name = name.trim_start_matches("python/").to_ascii_lowercase();
    let module = name.split(['.', ' ']).next().unwrap_or_default();
    let parent = name.rsplit_once(['.', ' ']).map_or("", |(parent, _)| parent);
    let dotted = name.replace(' ', ".");
    DANGEROUS_MODULES.contains(&module) && !parent.is_empty()
        || DANGEROUS_MODULES.contains(&parent)
        || DANGEROUS_NAMES.iter().any(|known| dotted == *known || dotted.starts_with(&format!("{known}.")))
}

/// Binary data (pickle, marshal) that the event brought: the bytes themselves, or every name in one decoded input.
fn brought(context: &Context<'_>, data: &Data<'_>) -> bool {
    if !data.base64.is_empty() {
        let bytes = super::decode::base64(data.base64).unwrap_or_default();
        let probe = bytes.get(..bytes.len().min(PROBE_BYTES)).unwrap_or_default();
        return context.inputs.ranges(probe).iter().any(|range| range.len() * 2 >= probe.len());
    }
    if data.name.is_empty() {
        return false;
    }
    let lower = data.name.to_ascii_lowercase();
    let parts: Vec<&str> = lower.split(' ').filter(|part| !part.is_empty()).collect();
    // Every pickle ends with STOP (`.`).
    context.inputs.any(|input| input.last() == Some(&b'.') && parts.iter().all(|part| holds(input, part)))
}

fn holds(input: &[u8], part: &str) -> bool {
    memchr::memmem::find(input, part.as_bytes()).is_some()
}
