//! `buckler gateway`: serve, check, begin.
use std::path::Path;

use gateway::{Config, Running};
use tokio::signal::unix::{SignalKind, signal};

use super::{CommandError, reading};
use crate::args::{ConfigArguments, GatewayArguments, GatewayCommand, InitGatewayArguments};
use crate::exit::Exit;
use crate::{input, output};

pub(super) fn run(arguments: &GatewayArguments) -> Result<Exit, CommandError> {
    match &arguments.command {
        GatewayCommand::Run(arguments) => serve(arguments),
        GatewayCommand::Check(arguments) => check(arguments),
        GatewayCommand::Init(arguments) => init(arguments),
    }
}

fn config(path: &Path) -> Result<Config, CommandError> {
    Config::from_file(path).map_err(|why| wrong(path, &why.to_string()))
}

fn wrong(path: &Path, why: &str) -> CommandError {
    CommandError::Gateway { why: format!("`{}`: {why}", path.display()) }
}

fn check(arguments: &ConfigArguments) -> Result<Exit, CommandError> {
    let warnings = gateway::check(config(&arguments.config)?)
        .map_err(|why| wrong(&arguments.config, &why.to_string()))?;
    for warning in warnings {
        output::tell(&format!("warning: {warning}"));
    }
    output::tell(&format!("`{}` can be used", arguments.config.display()));
    Ok(Exit::Clean)
}

fn serve(arguments: &ConfigArguments) -> Result<Exit, CommandError> {
    let failed = |why: String| CommandError::Gateway { why };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| failed(why.to_string()))?;
    // Before anything serves: a signal that comes now must find somebody.
    let (mut hang_up, mut terminate, mut interrupt) = {
        let _inside = runtime.enter();
        let on = |kind| signal(kind).map_err(|why| failed(why.to_string()));
        (on(SignalKind::hangup())?, on(SignalKind::terminate())?, on(SignalKind::interrupt())?)
    };
    let running = gateway::start(config(&arguments.config)?)
        .map_err(|why| wrong(&arguments.config, &why.to_string()))?;
    for address in running.addresses() {
        output::tell(&format!("serving on {address}"));
    }
    if let Some(address) = running.admin_address() {
        output::tell(&format!("administration on {address}"));
    }
    runtime.block_on(async {
        loop {
            tokio::select! {
                _ = hang_up.recv() => reload(&running, &arguments.config),
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                () = running.drained() => break,
            }
        }
    });
    output::tell("stopping: running requests come to their end");
    running.stop();
    Ok(Exit::Clean)
}

/// A configuration that cannot be used changes nothing.
fn reload(running: &Running, path: &Path) {
    let done =
        config(path).and_then(|config| running.reload(config).map_err(|why| wrong(path, &why.to_string())));
    match done {
        Ok(()) => output::tell(&format!("`{}` is in force", path.display())),
        Err(why) => output::tell(&format!("the old configuration stays: {why}")),
    }
}

/// How a configuration names a file: its own folder is where its paths start.
fn beside(path: &Path, configuration: Option<&Path>) -> Result<String, CommandError> {
    let is_elsewhere =
        configuration.and_then(Path::parent).is_some_and(|folder| !folder.as_os_str().is_empty());
    let whole = if is_elsewhere { std::path::absolute(path) } else { Ok(path.to_owned()) };
    let wrong = |why: std::io::Error| CommandError::Read { path: path.to_owned(), why: why.to_string() };
    Ok(whole.map_err(wrong)?.display().to_string())
}

fn init(arguments: &InitGatewayArguments) -> Result<Exit, CommandError> {
    if let Some(path) = &arguments.openapi {
        let text = input::text(path, input::DOCUMENT_BYTES_MAX)?;
        let drafted =
            gateway::draft_of_openapi(&text, &beside(path, arguments.reading.writing.output.as_deref())?);
        let drafted = drafted.map_err(|why| wrong(path, &why.to_string()))?;
        output::put(&arguments.reading.writing, &drafted)?;
        return Ok(Exit::Clean);
    }
    let read = reading::read(&arguments.reading)?;
    let Some(app) = read.project.apps.first() else { return Ok(Exit::Incomplete) };
    if read.project.apps.len() > 1 && !arguments.reading.writing.quiet {
        output::tell(&format!(
            "{} applications are here; this is for `{}`, name another one's folder for its own",
            read.project.apps.len(),
            app.name
        ));
    }
    output::put(&arguments.reading.writing, &gateway::draft(app))?;
    Ok(Exit::Clean)
}
