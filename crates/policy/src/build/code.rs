//! What the code does: hosts, programs, files, calls of other functions.
use super::triggers::allow_direct;
use super::{names, reason};
use crate::{Function, HostRule, Schema, SchemaOrigin};
use model::{App, Call, Data, FunctionCode, Node, Project, SinkKind, Span, UseKind};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Services whose endpoint is not called as the SDK calls them.
const ENDPOINTS: &[(&str, &str)] = &[
    ("stepfunctions", "states"),
    ("ses", "email"),
    ("sesv2", "email"),
    ("cloudwatch", "monitoring"),
    ("opensearch", "es"),
    ("eventbridge", "events"),
    ("apigatewaymanagementapi", "execute-api"),
    ("efs", "elasticfilesystem"),
    ("location", "geo"),
    ("dynamodbstreams", "streams.dynamodb"),
    ("elbv2", "elasticloadbalancing"),
    ("elb", "elasticloadbalancing"),
    ("iot-data", "data-ats.iot"),
    ("timestream-write", "ingest.timestream"),
    ("timestream-query", "query.timestream"),
    ("connect", "connect"),
    ("pinpoint", "pinpoint"),
];

/// Modules that start programs or talk to hosts in ways that the facts do not show are all others: these are known to do neither, or to do so
/// only through calls that the facts show.
const KNOWN: &[&str] = &[
    // SDKs
    "boto3",
    "botocore",
    "aws-sdk",
    "s3transfer",
    // Python
    "__future__",
    "abc",
    "argparse",
    "array",
    "ast",
    "base64",
    "binascii",
    "bisect",
    "calendar",
    "cmath",
    "codecs",
    "collections",
    "colorsys",
    "configparser",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "email",
    "enum",
    "errno",
    "fnmatch",
    "fractions",
    "functools",
    "gc",
    "glob",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "locale",
    "logging",
    "math",
    "mimetypes",
    "numbers",
    "operator",
    "os",
    "pathlib",
    "pickle",
    "pprint",
    "queue",
    "quopri",
    "random",
    "re",
    "secrets",
    "shelve",
    "shlex",
    "shutil",
    "socket",
    "sqlite3",
    "ssl",
    "statistics",
    "string",
    "struct",
    "subprocess",
    "sys",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "timeit",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "urllib",
    "uuid",
    "warnings",
    "weakref",
    "xml",
    "zipfile",
    "zlib",
    "zoneinfo",
    "asyncio",
    "concurrent",
    "typing_extensions",
    "requests",
    "urllib3",
    "certifi",
    "dateutil",
    "pytz",
    "yaml",
    "jwt",
    "pydantic",
    "attr",
    "attrs",
    "six",
    "simplejson",
    "ujson",
    "orjson",
    "marshmallow",
    "jsonschema",
    "aws_lambda_powertools",
    // Node
    "assert",
    "buffer",
    "child_process",
    "crypto",
    "events",
    "fs",
    "https",
    "http2",
    "net",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "stream",
    "string_decoder",
    "timers",
    "tls",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "worker_threads",
    "lodash",
    "uuid",
    "moment",
    "dayjs",
    "luxon",
    "date-fns",
    "axios",
    "node-fetch",
    "ajv",
    "joi",
    "zod",
    "yup",
    "validator",
    "ms",
    "qs",
    "semver",
    "bluebird",
    "async",
    "underscore",
    "ramda",
    "nanoid",
    "jsonwebtoken",
    "js-yaml",
    "ini",
    "fast-xml-parser",
    "xml2js",
    "aws-xray-sdk",
    "@middy/core",
    "middy",
    "bcryptjs",
    "he",
    "slugify",
    "chalk",
    "debug",
    "dotenv",
    "tslib",
];

/// Calls that open a connection to an address that they are given.
const CLIENTS: &[&str] = &[
    "requests.",
    "urllib3.",
    "urllib.request.",
    "http.client.",
    "socket.",
    "axios",
    "node-fetch",
    "fetch",
    "http.get",
    "http.request",
    "https.get",
    "https.request",
    "net.connect",
    "net.createConnection",
    "tls.connect",
    "?.request",
    "?.urlopen",
    "smtplib.",
];
/// Calls that start a program.
const STARTERS: &[&str] = &[
    "subprocess.",
    "os.system",
    "os.popen",
    "os.exec",
    "os.spawn",
    "os.posix_spawn",
    "child_process.",
    "asyncio.create_subprocess",
    "pty.spawn",
    "commands.",
];

fn begins(api: &str, with: &[&str]) -> bool {
    with.iter().any(|start| api.starts_with(start))
}

/// Fills what code that is wholly known shows.
pub(super) fn fill(
    project: &Project,
    facts: &FunctionCode,
    node: &Node,
    function: &mut Function,
    notes: &mut Vec<String>,
) {
    names::environment(facts, function);
    let unknown: BTreeSet<&str> = facts
        .imports
        .iter()
        .map(|import| import.package.trim_start_matches("node:"))
        .filter(|package| !is_known(package) && !is_own(project, facts, package))
        .collect();
    let open = |why: String, what: &str, notes: &mut Vec<String>| {
        notes.push(format!("`{}`: {what} stay open: {why}", node.name));
    };
    if let Some(first) = unknown.first() {
        let more = unknown.len() - 1;
        let further = if more == 0 { String::new() } else { format!(" and {more} more") };
        open(format!("what the package `{first}`{further} does is not known"), "hosts and programs", notes);
    }
    let found = hosts(project, facts);
    match (&found, unknown.is_empty()) {
        (Ok(hosts), true) => function.egress.hosts = Some(hosts.clone()),
        (Err(why), true) => open(why.clone(), "hosts", notes),
        _ => {}
    }
    match programs(project, facts, function) {
        Ok(programs) if unknown.is_empty() => function.programs.allowed = Some(programs),
        Ok(_) => {}
        Err(why) => open(why, "programs", notes),
    }
    scanned(facts, function);
}

fn is_known(package: &str) -> bool {
    KNOWN.contains(&package)
        || package.starts_with("@aws-sdk/")
        || package.starts_with("@smithy/")
        || package.starts_with("@types/")
}

/// A module of the application itself.
fn is_own(project: &Project, facts: &FunctionCode, package: &str) -> bool {
    if package.starts_with('.') || package.starts_with('/') {
        return true;
    }
    facts.files.iter().filter_map(|id| project.files.get(id.0 as usize)).any(|file| {
        file.path
            .split('/')
            .any(|part| part == package || part.split_once('.').is_some_and(|(stem, _)| stem == package))
    })
}

/// Hosts, when all are known.
fn hosts(project: &Project, facts: &FunctionCode) -> Result<Vec<HostRule>, String> {
    if let Some(flow) = facts.flows.iter().find(|flow| flow.sink.kind == SinkKind::Request) {
        return Err(format!(
            "`{}` asks an address that its caller chooses ({})",
            flow.sink.api,
            project.locate(flow.sink.at)
        ));
    }
    let mut rules: BTreeMap<String, HostRule> = BTreeMap::new();
    let mut add = |host: String, ports: BTreeSet<u16>, why: String| {
        rules.entry(host.clone()).or_insert(HostRule { host, ports, reason: why });
    };
    let mut used = BTreeSet::new();
    for one in facts.uses.iter().filter(|one| one.kind == UseKind::Host) {
        let (host, port) = split(&one.name).ok_or_else(|| {
            format!("the host `{}` is not wholly known ({})", one.name, project.locate(one.at))
        })?;
        used.insert(one.at);
        add(host, port.into_iter().collect(), format!("{}: the code talks to it", project.locate(one.at)));
    }
    for call in facts.calls.iter().filter(|call| call.aws.is_none() && begins(&call.api, CLIENTS)) {
        let near = |at: &Span| at.file == call.at.file && at.start < call.at.end && call.at.start <= at.end;
        if !used.iter().any(near) && is_sending(call) {
            return Err(format!(
                "`{}` at {} asks an address that is not known",
                call.api,
                project.locate(call.at)
            ));
        }
    }
    for call in &facts.calls {
        let Some(aws) = &call.aws else { continue };
        if aws.service == "[]" || aws.service.is_empty() {
            return Err(format!(
                "the service of `{}` is chosen at run time ({})",
                call.api,
                project.locate(call.at)
            ));
        }
        let endpoint = ENDPOINTS
            .iter()
            .find(|(service, _)| *service == aws.service)
            .map_or(aws.service.as_str(), |(_, endpoint)| *endpoint);
        add(
            format!("aws:{endpoint}"),
            BTreeSet::new(),
            format!("{}: `{}`", project.locate(call.at), aws.operation),
        );
    }
    Ok(rules.into_values().collect())
}

/// Whether a call of a client's module sends something; classes and helpers do not.
fn is_sending(call: &Call) -> bool {
    let last = call.api.rsplit('.').next().unwrap_or_default();
    matches!(
        last,
        "get"
            | "post"
            | "put"
            | "patch"
            | "delete"
            | "head"
            | "options"
            | "request"
            | "urlopen"
            | "fetch"
            | "axios"
            | "connect"
            | "create_connection"
            | "createConnection"
            | "send"
            | "sendmail"
            | "node-fetch"
            | "urlretrieve"
    )
}

/// A host and its port; none when a part is not known.
fn split(name: &str) -> Option<(String, Option<u16>)> {
    let name = name.rsplit("://").next().unwrap_or(name);
    let name = name.split(['/', '?']).next().unwrap_or(name);
    let (host, port) = match name.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (name, None),
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    (!host.is_empty() && host.contains('.') && host.chars().all(is_plain))
        .then(|| (host.to_ascii_lowercase(), port))
}

/// Programs, when all are known.
fn programs(
    project: &Project,
    facts: &FunctionCode,
    function: &mut Function,
) -> Result<BTreeSet<String>, String> {
    let used: Vec<_> = facts.uses.iter().filter(|one| one.kind == UseKind::Program).collect();
    for call in facts.calls.iter().filter(|call| begins(&call.api, STARTERS)) {
        let near = |at: &Span| at.file == call.at.file && at.start < call.at.end && call.at.start <= at.end;
        if !used.iter().any(|one| near(&one.at)) {
            return Err(format!(
                "`{}` at {} starts a program that is not known",
                call.api,
                project.locate(call.at)
            ));
        }
    }
    let mut names = BTreeSet::new();
    if let Some(call) = facts.calls.iter().find(|call| is_shell(call)) {
        names.insert("sh".to_owned());
        let why = format!("{}: `{}` goes through it", project.locate(call.at), call.api);
        reason(function, "programs.allowed/sh", &why);
    }
    for one in used {
        names.insert(one.name.clone());
        reason(
            function,
            &format!("programs.allowed/{}", one.name),
            &format!("{}: the code starts it", project.locate(one.at)),
        );
    }
    Ok(names)
}

/// Whether a call hands its command to a shell.
fn is_shell(call: &Call) -> bool {
    const SHELLS: &[&str] =
        &["os.system", "os.popen", "commands.", "subprocess.getoutput", "subprocess.getstatusoutput"];
    let is_exec = matches!(call.api.as_str(), "child_process.exec" | "child_process.execSync");
    let is_asked = begins(&call.api, STARTERS)
        && call.named("shell").is_some_and(|argument| !matches!(argument.value, Data::Bool(false)));
    begins(&call.api, SHELLS) || is_exec || is_asked
}

/// Which members of its event the code reads. Nothing is refused by it: other members may stand beside them.
fn scanned(facts: &FunctionCode, function: &mut Function) {
    const MEMBERS_MAX: usize = 100;
    let mut members: Map<String, Json> = Map::new();
    for flow in &facts.flows {
        let source = flow.source.strip_prefix("event.").unwrap_or_default();
        let source = source.strip_prefix("body.").unwrap_or(source);
        let name = source.split(['.', '[']).next().unwrap_or_default();
        let is_name = !name.is_empty()
            && name.len() <= 64
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        if is_name && members.len() < MEMBERS_MAX {
            members
                .entry(name)
                .or_insert_with(|| json!({ "description": format!("reaches `{}`", flow.sink.api) }));
        }
    }
    if !members.is_empty() && function.input.is_none() {
        let json = json!({ "$comment": "members that the code reads; others are not refused", "properties": members });
        function.input =
            Some(Schema { origin: SchemaOrigin::Scanned, json: Some(json), ..Schema::default() });
    }
}

/// Functions that other functions call may be called directly.
pub(super) fn callers(
    project: &Project,
    app: &App,
    functions: &mut BTreeMap<String, Function>,
    notes: &mut Vec<String>,
) {
    let is_invoke = |call: &&Call| {
        let aws = call.aws.as_ref();
        aws.is_some_and(|aws| aws.service == "lambda" && aws.operation.starts_with("Invoke"))
    };
    for call in app.code.iter().flat_map(|facts| &facts.calls).filter(is_invoke) {
        let why = format!("{}: `{}`", project.locate(call.at), call.api);
        let named = call.named("FunctionName").and_then(|argument| named(app, argument.values()));
        let targets = named.filter(|names| !names.is_empty());
        if targets.is_none() {
            // It could be any of them.
            notes.push(format!(
                "which function `{}` calls is not known ({}): all may be called directly",
                call.api,
                project.locate(call.at)
            ));
        }
        let is_meant = |name: &String| targets.as_ref().is_none_or(|names| names.contains(name));
        for (_, function) in functions.iter_mut().filter(|(name, _)| is_meant(name)) {
            // Without triggers anything may start it already.
            if !function.triggers.is_empty() {
                allow_direct(function, &why);
            }
        }
    }
}

/// The functions that a name can mean; none when one of them is not known.
fn named(app: &App, values: &[Data]) -> Option<Vec<String>> {
    values
        .iter()
        .map(|value| match value {
            Data::Text(text) => {
                let last = text.rsplit(':').next().unwrap_or(text);
                let fits = |node: &&Node| node.name == last || node.text("name") == Some(last);
                Some(app.functions().find(fits).map_or_else(|| last.to_owned(), |node| node.name.clone()))
            }
            Data::Ref(to) => Some(to.target.clone()),
            _ => None,
        })
        .collect()
}
