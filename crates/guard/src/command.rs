//! Which form of the guard is asked for: by the name that it was started by, or its first argument.
use crate::bundle::{self, Origin};
use crate::lambda::extension;
use crate::settings::{Settings, Variables};
use crate::{probe, run};
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::Path;

#[cfg(test)]
mod tests;

/// Exit status for wrong arguments.
const USAGE: i32 = 2;

const HELP: &str = "\
buckler-guard: the guard inside of a function

  buckler-guard exec -- PROGRAM [ARGUMENT]...   start a runtime under the guard
  buckler-guard bootstrap                       start what BUCKLER_BOOTSTRAP names (provided.* runtimes)
  buckler-guard extension                       register with the Extensions and Telemetry APIs
  buckler-guard probe [--json]                  what this platform gives: enforced, degraded, absent
  buckler-guard verify                          read the policy as `exec` would, and say what it is
  buckler-guard --help | --version

Started by the name `buckler-exec` (AWS_LAMBDA_EXEC_WRAPPER) all arguments are the runtime's command line; by the name
`bootstrap`, or from a folder `extensions`, it is what these forms are.

Settings are environment variables:
  BUCKLER_MODE               block, detect or off, instead of the policy's own mode
  BUCKLER_POLICY             the signed policy bundle [/opt/buckler/policy.json]
  BUCKLER_POLICY_KEY         public keys that may have signed it, PEM [/opt/buckler/policy.pub]
  BUCKLER_POLICY_AGE_MAX_S   seconds since it was issued at most
  BUCKLER_POLICY_UNSIGNED    1: take a bundle without a signature (development only)
  BUCKLER_FUNCTION           the function's name in the bundle [AWS_LAMBDA_FUNCTION_NAME]
  BUCKLER_EVENTS             stdout, file:PATH, fd:NUMBER or off [stdout]
  BUCKLER_EXEC_WRAPPER       your own wrapper, started with the runtime's command line
  BUCKLER_BOOTSTRAP          what `bootstrap` starts [/var/task/bootstrap.function]
  BUCKLER_LAYER              folder with hooks and preload library [/opt/buckler]
  BUCKLER_TEMPORARY          the folder that is emptied between invocations [/tmp in Lambda, none elsewhere]
  BUCKLER_READABLE           more folders that the function may read, with colons
  BUCKLER_PORTS              more TCP ports of this machine that the function may reach, with commas
  BUCKLER_CONNECTIONS_MAX    connections of the runtime at once [128]
  BUCKLER_PORT               port of the proxy on loopback [any]
Variables that begin with BUCKLER_APP_ are yours; any other BUCKLER_ variable is an error.
";

/// A form of the guard.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Exec(Vec<OsString>),
    Bootstrap,
    Extension,
    /// As JSON, or for a person.
    Probe(bool),
    Verify,
    Help,
    Version,
    Wrong(String),
}

/// Where a function's own bootstrap is when the guard took its place.
const BOOTSTRAP: &str = "/var/task/bootstrap.function";

pub(crate) fn form(arguments: &[OsString]) -> Form {
    let started = arguments.first().map(Path::new);
    let name = started.and_then(Path::file_name).and_then(OsStr::to_str).unwrap_or_default();
    let rest = arguments.get(1..).unwrap_or_default();
    if name == "bootstrap" {
        return Form::Bootstrap;
    }
    if name == "buckler-exec" {
        return if rest.is_empty() { missing() } else { Form::Exec(rest.to_vec()) };
    }
    let in_extensions = started.and_then(Path::parent).is_some_and(|folder| folder.ends_with("extensions"));
    match rest.first().and_then(|first| first.to_str()) {
        Some("exec") => {
            let command = rest.get(1..).unwrap_or_default();
            let command = command.strip_prefix(&[OsString::from("--")]).unwrap_or(command);
            if command.is_empty() { missing() } else { Form::Exec(command.to_vec()) }
        }
        Some("bootstrap") => Form::Bootstrap,
        Some("extension") => Form::Extension,
        Some("probe") => match rest.get(1).and_then(|option| option.to_str()) {
            None => Form::Probe(false),
            Some("--json") => Form::Probe(true),
            Some(_) => Form::Wrong("`probe` takes `--json` only".to_owned()),
        },
        Some("verify") => Form::Verify,
        Some("--help" | "-h" | "help") => Form::Help,
        Some("--version" | "-V" | "version") => Form::Version,
        None if in_extensions => Form::Extension,
        None => Form::Wrong("say what to do".to_owned()),
        Some(other) => Form::Wrong(format!("`{}` is not known", other.chars().take(60).collect::<String>())),
    }
}

fn missing() -> Form {
    Form::Wrong("name the runtime's program: `buckler-guard exec -- PROGRAM ARGUMENT...`".to_owned())
}

fn say(mut to: impl Write, text: &str) {
    // Nobody listens: there is nobody else to tell.
    to.write_all(text.as_bytes()).unwrap_or_default();
}

/// Runs the program; its exit status.
#[must_use]
pub fn run(arguments: &[OsString], variables: Variables) -> i32 {
    match form(arguments) {
        Form::Exec(command) => exec(command, variables),
        Form::Bootstrap => {
            let program = variables.get(OsStr::new("BUCKLER_BOOTSTRAP")).cloned();
            exec(vec![program.unwrap_or_else(|| BOOTSTRAP.into())], variables)
        }
        Form::Extension => extend(&variables),
        Form::Probe(json) => {
            say(std::io::stdout(), &probe::run(json));
            0
        }
        Form::Verify => verify(&variables),
        Form::Help => {
            say(std::io::stdout(), HELP);
            0
        }
        Form::Version => {
            say(std::io::stdout(), concat!("buckler-guard ", env!("CARGO_PKG_VERSION"), "\n"));
            0
        }
        Form::Wrong(why) => {
            say(std::io::stderr(), &format!("buckler-guard: {why}; see `buckler-guard --help`\n"));
            USAGE
        }
    }
}

fn extend(variables: &Variables) -> i32 {
    let function = variables.get(OsStr::new("AWS_LAMBDA_FUNCTION_NAME")).map(|name| name.to_string_lossy());
    match extension::run(variables, run::subject(variables, function.as_deref())) {
        Ok(true) => 0,
        Ok(false) => {
            say(
                std::io::stderr(),
                "buckler-guard: there is no Extensions API here; the guard goes on without\n",
            );
            0
        }
        Err(why) => {
            say(std::io::stderr(), &format!("buckler-guard: the extension ended: {why}\n"));
            1
        }
    }
}

fn verify(variables: &Variables) -> i32 {
    let loaded = Settings::read(variables).map_err(|why| why.to_string()).and_then(|settings| {
        bundle::load(&settings).map_err(|why| why.to_string()).map(|loaded| (settings, loaded))
    });
    match loaded {
        Ok((settings, loaded)) => {
            let what = match &loaded.origin {
                Origin::Signed => "signed by a known key".to_owned(),
                Origin::Layer(why) => format!("signed by a known key, and used since {why}"),
                Origin::Unsigned => "NOT SIGNED (`BUCKLER_POLICY_UNSIGNED`)".to_owned(),
                Origin::Absent => "absent: the defaults apply".to_owned(),
                Origin::Refused(why) => format!("REFUSED: {why}"),
            };
            let mode = format!("{:?}", loaded.function.mode).to_lowercase();
            let path = match (&settings.policy_address, &loaded.origin) {
                (Some(_), Origin::Signed) => "the policy at the address".to_owned(),
                _ => settings.policy.display().to_string(),
            };
            say(std::io::stdout(), &format!("{path}: {what}; function `{}`, mode `{mode}`\n", loaded.name));
            i32::from(matches!(loaded.origin, Origin::Refused(_)))
        }
        Err(why) => {
            say(std::io::stderr(), &format!("buckler-guard: {why}\n"));
            1
        }
    }
}

fn exec(command: Vec<OsString>, variables: Variables) -> i32 {
    match run::exec(command, variables) {
        Ok(code) => code,
        Err(why) => {
            say(std::io::stderr(), &format!("buckler-guard: the function is not started: {why}\n"));
            1
        }
    }
}
