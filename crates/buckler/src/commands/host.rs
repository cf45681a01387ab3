//! `buckler run`, `buckler invoke`, `buckler events`.
mod changes;
mod settings;

use std::io::Write;
use std::time::Duration;

use host::{Asked, Host, Line, Talk};
use model::{App, Project};
use tokio::signal::unix::{SignalKind, signal};

use super::{CommandError, reading};
use crate::args::{EventsArguments, InvokeArguments, Reading, RunArguments, Writing};
use crate::exit::Exit;
use crate::{facts, output};

/// Between two looks at the templates.
const LOOK: Duration = Duration::from_secs(1);

fn wrong(why: impl ToString) -> CommandError {
    CommandError::Host { why: why.to_string() }
}

fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(wrong)
}

/// The application of a project that has functions.
fn choose(project: &Project, quiet: bool) -> Result<&App, CommandError> {
    let with: Vec<&App> = project.templates().filter(|app| app.functions().next().is_some()).collect();
    if with.len() > 1 && !quiet {
        let names: Vec<&str> = with.iter().map(|app| app.name.as_str()).collect();
        output::tell(&format!(
            "several applications are here ({}); the first one runs, name one's template to choose",
            names.join(", ")
        ));
    }
    with.first()
        .copied()
        .ok_or_else(|| wrong("no application with a function is here; name the folder of a template"))
}

pub(super) fn run(arguments: &RunArguments) -> Result<Exit, CommandError> {
    let mut read = reading::read(&arguments.reading)?;
    facts::attach_code(&mut read.project, &read.disk, &read.loaded);
    let app = choose(&read.project, arguments.reading.writing.quiet)?;
    let settings = settings::of_run(arguments, &read)?;
    let talk = talk(arguments.json, arguments.reading.writing.quiet);
    let runtime = runtime()?;
    runtime.block_on(async {
        // Before anything starts: a signal that comes now must find somebody.
        let mut terminate = signal(SignalKind::terminate()).map_err(wrong)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(wrong)?;
        let mut hang_up = signal(SignalKind::hangup()).map_err(wrong)?;
        let watched = settings.watch_ms > 0;
        let host = Host::start(&read.project, app, settings, talk.clone()).await.map_err(wrong)?;
        if arguments.json {
            let origins: serde_json::Map<String, serde_json::Value> =
                host.origins().map(|(name, base)| (name.to_owned(), base.into())).collect();
            let ready = serde_json::json!({"type": "ready", "endpoint": host.endpoint(), "accessKey": host.owner_key(),
                "secretKey": "local", "origins": origins});
            writeln!(std::io::stdout().lock(), "{ready}").unwrap_or_default();
        } else {
            for line in host.greeting() {
                output::tell(&line);
            }
        }
        let mut watch = changes::Watch::new(&read, arguments);
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hang_up.recv() => break,
                () = tokio::time::sleep(LOOK), if watched => watch.follow((&host, &app.name), arguments, &talk),
            }
        }
        if !arguments.reading.writing.quiet {
            output::tell("stopping");
        }
        host.stop().await;
        Ok(Exit::Clean)
    })
}

/// Where lines go: JSON to the standard output, words to the standard error.
fn talk(json: bool, quiet: bool) -> Talk {
    Talk::new(move |line| {
        if json {
            let mut out = std::io::stdout().lock();
            // A reader that went away is no error of the host.
            writeln!(out, "{}", line.to_json()).unwrap_or_default();
        } else if !quiet {
            output::tell(&line.to_string());
        }
    })
}

pub(super) fn invoke(arguments: &InvokeArguments) -> Result<Exit, CommandError> {
    let event = event(arguments)?;
    let url = arguments.url.clone().unwrap_or_else(|| "http://127.0.0.1:4566".to_owned());
    let kind = if arguments.later { "Event" } else { "RequestResponse" };
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(Duration::from_secs(2)))
        .build()
        .into();
    let mut request = agent
        .post(format!("{url}/2015-03-31/functions/{}/invocations", arguments.function))
        .header("x-amz-invocation-type", kind);
    if let Some(key) = key() {
        let scope = format!("{key}/20260101/us-east-1/lambda/aws4_request");
        let signed = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        request = request.header("authorization", signed);
    }
    match request.send(&event) {
        Ok(answer) if answer.status() == 403 && is_stranger(&answer) => Err(wrong(format!(
            "the host at `{url}` takes `Invoke` from its owner: set `AWS_ACCESS_KEY_ID` to the key that `buckler run` printed"
        ))),
        Ok(mut answer) => {
            let error =
                answer.headers().contains_key("x-amz-function-error") || !answer.status().is_success();
            let body = answer.body_mut().read_to_string().map_err(wrong)?;
            print(&body)?;
            Ok(if error { Exit::Findings } else { Exit::Clean })
        }
        Err(why) if arguments.url.is_some() => {
            Err(wrong(format!("no host answers at `{url}` ({why}); start one with `buckler run`")))
        }
        Err(_) => once(arguments, event),
    }
}

/// The key that a running host printed, for calls of it.
pub(super) fn key() -> Option<String> {
    settings::key()
}

/// Whether the host does not know who asks.
fn is_stranger(answer: &ureq::http::Response<ureq::Body>) -> bool {
    let kind = answer.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    matches!(kind, Some("MissingAuthenticationTokenException" | "UnrecognizedClientException"))
}

fn print(text: &str) -> Result<(), CommandError> {
    let writing = Writing { output: None, quiet: false };
    output::put(&writing, &format!("{}\n", text.trim_end()))
}

fn event(arguments: &InvokeArguments) -> Result<Vec<u8>, CommandError> {
    if let Some(kind) = &arguments.sample {
        let mut read = reading::read(&reading_of(arguments))?;
        facts::attach_code(&mut read.project, &read.disk, &read.loaded);
        let app = choose(&read.project, true)?;
        let settings = host::Settings::new(read.folder.clone());
        let samples = host::samples(&read.project, app, &settings);
        let fits = |sample: &&host::Sample| {
            sample.kind == *kind
                && (sample.function == arguments.function || sample.node == arguments.function)
        };
        let known: Vec<&str> = samples.iter().map(|sample| sample.kind.as_str()).collect();
        let found = samples.iter().find(fits).ok_or_else(|| {
            wrong(format!(
                "`{}` has no trigger of the kind `{kind}`; there are: {}",
                arguments.function,
                known.join(", ")
            ))
        })?;
        return Ok(found.event.to_string().into_bytes());
    }
    match &arguments.event {
        None => Ok(b"{}".to_vec()),
        Some(path) if path.as_os_str() == "-" => {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes).map_err(wrong)?;
            Ok(bytes)
        }
        Some(path) => settings::read_file(path),
    }
}

fn reading_of(arguments: &InvokeArguments) -> Reading {
    Reading {
        path: arguments.app.clone(),
        config: None,
        parameters: arguments.parameters.clone(),
        options: Vec::new(),
        environment: Vec::new(),
        region: None,
        exclude: Vec::new(),
        no_ignore: false,
        writing: Writing { output: None, quiet: true },
    }
}

/// Starts a host for one call.
fn once(arguments: &InvokeArguments, event: Vec<u8>) -> Result<Exit, CommandError> {
    let reading = reading_of(arguments);
    let mut read = reading::read(&reading)?;
    facts::attach_code(&mut read.project, &read.disk, &read.loaded);
    let app = choose(&read.project, true)?;
    let settings = settings::of_invoke(arguments, &read)?;
    let lines = Talk::new(|line| {
        if matches!(
            line,
            Line::Log { .. } | Line::Cold { problem: Some(_), .. } | Line::Note { .. } | Line::Guard { .. }
        ) {
            output::tell(&line.to_string());
        }
    });
    let runtime = runtime()?;
    runtime.block_on(async {
        let host = Host::start(&read.project, app, settings, lines).await.map_err(wrong)?;
        let asked = Asked { payload: event.into(), source: "invoke".to_owned(), ..Asked::default() };
        let finished = host.invoke(&arguments.function, asked).await;
        let result = match finished {
            None => {
                let names: Vec<&str> = host.plan().functions.values().map(|one| one.name.as_str()).collect();
                Err(wrong(format!(
                    "no function is called `{}`; there are: {}",
                    arguments.function,
                    names.join(", ")
                )))
            }
            Some(Err(why)) => Err(wrong(why)),
            Some(Ok(finished)) => Ok(finished.whole().await),
        };
        host.stop().await;
        let (body, error) = result?;
        print(&String::from_utf8_lossy(&body))?;
        Ok(if error.is_some() { Exit::Findings } else { Exit::Clean })
    })
}

pub(super) fn events(arguments: &EventsArguments) -> Result<Exit, CommandError> {
    let mut read = reading::read(&arguments.reading)?;
    facts::attach_code(&mut read.project, &read.disk, &read.loaded);
    let app = choose(&read.project, arguments.reading.writing.quiet)?;
    let mut settings = host::Settings::new(read.folder.clone());
    if let Some(region) = &read.options.region {
        settings.region.clone_from(region);
    }
    let all = host::samples(&read.project, app, &settings);
    let wanted: Vec<_> = all
        .iter()
        .filter(|one| arguments.kind.as_ref().is_none_or(|kind| *kind == one.kind))
        .filter(|one| {
            arguments.function.as_ref().is_none_or(|name| *name == one.function || *name == one.node)
        })
        .collect();
    let text = match wanted.as_slice() {
        [] => {
            let known: Vec<String> = all.iter().map(|one| format!("{} {}", one.kind, one.function)).collect();
            return Err(wrong(format!("no trigger fits; there are: {}", known.join(", "))));
        }
        [only] => serde_json::to_string_pretty(&only.event).map_err(wrong)?,
        several => {
            let list: Vec<_> = several.iter().map(|one| one.to_json()).collect();
            serde_json::to_string_pretty(&list).map_err(wrong)?
        }
    };
    output::put(&arguments.reading.writing, &format!("{text}\n"))?;
    Ok(Exit::Clean)
}
