//! A look at a configuration without serving.
use crate::config::{Config, ConfigError};
use crate::gate::Gate;
use crate::route::Routes;
use crate::server;

/// Makes everything ready as for serving, without a socket: rules compile, files are there, names fit. Gives warnings.
///
/// # Errors
/// The first thing that cannot be used.
pub fn check(config: Config) -> Result<Vec<String>, ConfigError> {
    let mut gate = Gate::build(config, None)?;
    if gate.config.state.is_none() {
        gate = gate.with_state(None)?;
    }
    for listen in &gate.config.listen {
        if let Some(tls) = &listen.tls {
            server::tls::server(&gate.config, listen, tls)?;
        }
    }
    let mut warnings = warnings(&gate.config);
    warnings.extend(unused(&gate.routes));
    Ok(warnings)
}

/// Routes behind one that takes everything of theirs: the first that fits is used.
fn unused(routes: &Routes) -> Vec<String> {
    let all = routes.all().split_last().map_or(&[][..], |(_, all)| all);
    let pairs = all.iter().enumerate().filter_map(|(number, route)| {
        let earlier = all.get(..number)?.iter().find(|earlier| earlier.covers(route))?;
        Some((&route.settings.name, &earlier.settings.name))
    });
    pairs
        .map(|(name, earlier)| {
            format!(
                "route `{name}` is never used: `{earlier}` before it takes all of its requests; move it up"
            )
        })
        .collect()
}

fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut warn = |text: String| warnings.push(text);
    if config.listen.is_empty() {
        warn("no `[[listen]]`: nobody can connect".to_owned());
    }
    for listen in
        config.listen.iter().filter(|listen| listen.tls.is_none() && !listen.address.ip().is_loopback())
    {
        warn(format!("`{}` is served without TLS", listen.address));
    }
    if let Some(text) = server::descriptors::warning(&config.limits) {
        warn(text);
    }
    if config.rate.limits.is_empty() {
        warn("no `[[rate.limits]]`: clients may ask as often as they like".to_owned());
    }
    if !config.quota.quotas.is_empty() && config.state.is_none() {
        warn("`[[quota.quotas]]` without `[state]`: a restart forgets what was used".to_owned());
    }
    for route in &config.route {
        if route.mode != crate::config::Mode::Block {
            warn(format!("route `{}` does not block what rules find", route.name));
        }
        if route.authentication.is_empty()
            && !route.login.on
            && !route.authorization.as_ref().is_some_and(|rule| rule.public)
        {
            warn(format!(
                "route `{}` asks for no identity; say `authorization = {{ public = true }}` if that is meant",
                route.name
            ));
        }
    }
    if let Some(admin) = config.admin.as_ref().filter(|admin| !admin.address.ip().is_loopback()) {
        warn(format!("the administrator's listener is at `{}`, which others can reach", admin.address));
    }
    warnings
}
