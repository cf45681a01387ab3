//! The life of a gateway as a program: signals, and a look at a configuration without serving.
use crate::config::{Config, ConfigError};
use crate::gate::Gate;
use crate::server::{self, Running, StartError};

/// Serves until SIGTERM or SIGINT; SIGHUP reads the configuration again. `started` is called once clients can connect.
///
/// # Errors
/// A configuration that cannot be used, an address that cannot be listened on.
pub fn run(config: Config, started: impl FnOnce(&Running)) -> Result<(), StartError> {
    let running = server::start(config)?;
    started(&running);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Worker)?;
    runtime.block_on(signals(&running)).map_err(StartError::Worker)?;
    running.stop();
    Ok(())
}

async fn signals(running: &Running) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = hang_up.recv() => running.reload_file(),
            () = running.drained() => return Ok(()),
        }
    }
}

/// Makes everything ready as for serving, without a socket: rules compile, files are there, names fit. Gives warnings.
///
/// # Errors
/// The first thing that cannot be used.
pub fn check(config: &Config) -> Result<Vec<String>, ConfigError> {
    let gate = Gate::build(config.clone(), None)?;
    for listen in &config.listen {
        if let Some(tls) = &listen.tls {
            server::tls::server(config, listen, tls)?;
        }
    }
    Ok(warnings(&gate.config))
}

fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut warn = |text: String| warnings.push(text);
    if config.listen.is_empty() {
        warn("no `[[listen]]`: nobody can connect".to_owned());
    }
    for listen in config.listen.iter().filter(|listen| listen.tls.is_none() && !listen.address.ip().is_loopback()) {
        warn(format!("`{}` is served without TLS", listen.address));
    }
    if config.rate.limits.is_empty() {
        warn("no `[[rate.limits]]`: clients may ask as often as they like".to_owned());
    }
    for route in &config.route {
        if route.mode != crate::config::Mode::Block {
            warn(format!("route `{}` does not block what rules find", route.name));
        }
        if route.authentication.is_empty() && !route.authorization.as_ref().is_some_and(|rule| rule.public) {
            warn(format!("route `{}` asks for no identity; say `authorization = {{ public = true }}` if that is meant", route.name));
        }
    }
    if let Some(admin) = config.admin.as_ref().filter(|admin| !admin.address.ip().is_loopback()) {
        warn(format!("the administrator's listener is at `{}`, which others can reach", admin.address));
    }
    warnings
}
