//! `buckler policy`: the bundle that the guard enforces, built, signed, shown, compared and learned.
mod build;
mod package;

use std::io::BufRead as _;
use std::path::Path;

use policy::learn::{Learned, Learner};
use policy::signed::{self, Ages, Algorithm};
use policy::{Bundle, PublicKey, SigningKey, diff, show};
use serde_json::json;

use super::CommandError;
use crate::args::{
    DiffArguments, KeyKind, KeygenArguments, LearnArguments, LockArguments, PolicyArguments, PolicyCommand,
    ShowArguments, VerifyArguments,
};
use crate::config::Loaded;
use crate::exit::Exit;
use crate::{clock, input, output};

const DAY_SECONDS: u64 = 86_400;

pub(super) fn run(arguments: &PolicyArguments) -> Result<Exit, CommandError> {
    match &arguments.command {
        PolicyCommand::Build(arguments) => build::run(arguments),
        PolicyCommand::Show(arguments) => show(arguments),
        PolicyCommand::Diff(arguments) => compare(arguments),
        PolicyCommand::Learn(arguments) => learn(arguments),
        PolicyCommand::Lock(arguments) => lock(arguments),
        PolicyCommand::Keygen(arguments) => keygen(arguments),
        PolicyCommand::Verify(arguments) => verify(arguments),
        PolicyCommand::Digest(arguments) => {
            let digest = package::digest(&arguments.folder)?;
            output::put(&arguments.writing, &format!("{digest}\n"))?;
            Ok(Exit::Clean)
        }
    }
}

/// Reads a file within its limit.
fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    input::bytes(path, input::DOCUMENT_BYTES_MAX)
}

/// Reads a text within its limit.
pub(crate) fn text(path: &Path) -> Result<String, CommandError> {
    input::text(path, input::DOCUMENT_BYTES_MAX)
}

/// The text of the configuration file, and the rule files that its `[guard]` names, with their texts.
pub(crate) struct Configured {
    pub(crate) text: String,
    pub(crate) rules: Vec<(String, String)>,
}

pub(crate) fn configured(loaded: &Loaded) -> Result<Configured, CommandError> {
    let whole = loaded.path.as_deref().map_or(Ok(String::new()), text)?;
    let place = loaded.path.clone().unwrap_or_else(|| "buckler.toml".into());
    let names = policy::build::rule_files(&loaded.config.guard, &whole)
        .map_err(|error| policy_error(&place, error))?;
    let file = |name: String| text(&loaded.beside(Path::new(&name))).map(|rules| (name, rules));
    Ok(Configured { rules: names.into_iter().map(file).collect::<Result<_, _>>()?, text: whole })
}

fn policy_error(path: &Path, why: impl ToString) -> CommandError {
    CommandError::Policy { path: path.to_owned(), why: why.to_string() }
}

/// A bundle to look at: signed or not, its signature is not checked.
fn bundle(path: &Path) -> Result<Bundle, CommandError> {
    let bytes = read(path)?;
    let payload = signed::unverified(&bytes).unwrap_or(bytes);
    signed::read(&payload).map_err(|error| policy_error(path, error))
}

fn show(arguments: &ShowArguments) -> Result<Exit, CommandError> {
    let bundle = bundle(&arguments.bundle)?;
    let text = if arguments.json { pretty(&bundle) } else { show::text(&bundle) };
    output::put(&arguments.writing, &text)?;
    Ok(Exit::Clean)
}

fn pretty<T: serde::Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    format!("{value:#}\n")
}

fn compare(arguments: &DiffArguments) -> Result<Exit, CommandError> {
    let changes = diff::diff(&bundle(&arguments.old)?, &bundle(&arguments.new)?);
    let text = if arguments.json {
        pretty(&changes)
    } else {
        let line = |change: &diff::Change| {
            let direction = format!("{:?}", change.direction).to_lowercase();
            let place = [change.function.as_str(), change.place.as_str()].join(" ");
            format!("{direction:<9} {}: {}\n", place.trim(), change.what)
        };
        changes.iter().map(line).collect()
    };
    output::put(&arguments.writing, &text)?;
    Ok(if diff::is_wider(&changes) { Exit::Findings } else { Exit::Clean })
}

fn learn(arguments: &LearnArguments) -> Result<Exit, CommandError> {
    let mut learner = Learner::default();
    for path in &arguments.recordings {
        let wrong = |why: std::io::Error| CommandError::Read { path: path.clone(), why: why.to_string() };
        let file = std::fs::File::open(path).map_err(wrong)?;
        for line in std::io::BufReader::new(file).split(b'\n') {
            let line = line.map_err(wrong)?;
            if !line.trim_ascii().is_empty() {
                learner.line(&line, arguments.function.as_deref());
            }
        }
    }
    let learned = learner.proposal();
    output::put(&arguments.writing, &pretty(&learned))?;
    if !arguments.writing.quiet {
        for (name, function) in &learned.functions {
            output::tell(&format!("`{name}`: {} invocations", function.samples));
        }
        if learner.skipped > 0 {
            output::tell(&format!("{} lines say nothing that can be learned from", learner.skipped));
        }
        output::tell("look at it, then `buckler policy lock FILE --by NAME`: only then it is enforced");
    }
    Ok(if learned.functions.is_empty() { Exit::Incomplete } else { Exit::Clean })
}

fn lock(arguments: &LockArguments) -> Result<Exit, CommandError> {
    let path = &arguments.learned;
    let mut learned = Learned::read(&read(path)?).map_err(|error| policy_error(path, error))?;
    learned.lock(&arguments.functions, &arguments.by).map_err(|error| policy_error(path, error))?;
    let out = arguments.writing.output.as_deref().unwrap_or(path);
    output::write_file(out, &pretty(&learned))?;
    if !arguments.writing.quiet {
        output::tell(&format!(
            "locked by {}; build the policy again with `--learned {}`",
            arguments.by,
            out.display()
        ));
    }
    Ok(Exit::Clean)
}

fn keygen(arguments: &KeygenArguments) -> Result<Exit, CommandError> {
    let path = &arguments.file;
    let public = path.with_file_name(format!(
        "{}.pub",
        path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default()
    ));
    if let Some(exists) = [path, &public].into_iter().find(|path| path.exists()) {
        // A key that is lost makes every bundle that it signed worthless.
        return Err(policy_error(exists, "it exists; name another file"));
    }
    let algorithm = match arguments.algorithm {
        KeyKind::Ed25519 => Algorithm::Ed25519,
        KeyKind::EcdsaP256 => Algorithm::EcdsaP256,
    };
    let key = SigningKey::generate(algorithm).map_err(|error| policy_error(path, error))?;
    write_secret(path, key.to_pem().as_bytes())?;
    output::write_file(&public, &key.public().to_pem())?;
    output::tell(&format!(
        "{} signs, {} verifies (key {})",
        path.display(),
        public.display(),
        key.public().id()
    ));
    Ok(Exit::Clean)
}

/// Writes a file that only its owner can read, from its first byte on.
fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    use std::io::Write as _;
    let wrong = |why: std::io::Error| CommandError::Write { path: path.to_owned(), why: why.to_string() };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(wrong)?;
    file.write_all(bytes).map_err(wrong)
}

fn verify(arguments: &VerifyArguments) -> Result<Exit, CommandError> {
    let mut keys = Vec::new();
    for path in &arguments.keys {
        keys.extend(PublicKey::read_all(&text(path)?).map_err(|error| policy_error(path, error))?);
    }
    let ages = Ages {
        oldest_seconds: arguments.oldest.map(|days| days.saturating_mul(DAY_SECONDS)),
        ..Ages::default()
    };
    let read = signed::read_signed_within(&read(&arguments.bundle)?, &keys, clock::seconds(), ages);
    let (exit, told) = match &read {
        Ok(bundle) => (
            Exit::Clean,
            json!({ "valid": true, "application": bundle.application, "functions": bundle.functions.len(), "expires": bundle.expires }),
        ),
        Err(error) => (Exit::Findings, json!({ "valid": false, "why": error.to_string() })),
    };
    let text = match &read {
        _ if arguments.json => format!("{told:#}\n"),
        Ok(bundle) => format!(
            "valid: {} with {} functions, until {} (seconds since 1970)\n",
            bundle.application,
            bundle.functions.len(),
            bundle.expires
        ),
        Err(error) => format!("refused: {error}\n"),
    };
    output::put(&arguments.writing, &text)?;
    Ok(exit)
}
