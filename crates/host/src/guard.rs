//! The guard around functions: its policy, made from the graph and signed when the host starts, and its layer's files.
use crate::clock;
use crate::host::StartError;
use crate::runtimes::put;
use crate::settings::Settings;
use crate::spawn::Guard;
use model::{App, Project};
use policy::signed::Algorithm;
use policy::{HostRule, SigningKey};
use std::path::Path;

/// The preload library, beside the guard's program.
const PRELOAD: &str = "libbuckler_preload.so";

/// Makes the guard's files; none: functions run bare.
pub(crate) fn ready(
    project: &Project,
    app: &App,
    settings: &Settings,
    (work, ports): (&Path, &[u16]),
    notes: &mut Vec<String>,
) -> Result<Option<Guard>, StartError> {
    let Some(program) = settings.guard.clone() else { return Ok(None) };
    if !program.is_file() {
        return Err(StartError::Guard { path: program });
    }
    let failed = |why: std::io::Error| StartError::Policy(why.to_string());
    let layer = work.join("layer");
    for (name, text) in &settings.guard_files {
        let path = layer.join("hooks").join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        put(&path, text.as_bytes()).map_err(failed)?;
    }
    std::fs::create_dir_all(&layer).map_err(failed)?;
    let library = program.with_file_name(PRELOAD);
    if library.is_file() {
        std::fs::copy(&library, layer.join(PRELOAD)).map_err(failed)?;
    } else {
        notes.push(format!(
            "`{}` is not there: the guard runs without its preload library",
            library.display()
        ));
    }
    let guard = |policy, key| Guard { program, policy, key, layer: layer.clone(), ports: ports.to_vec() };
    if let Some(folder) = &settings.policy {
        return Ok(Some(guard(folder.join("policy.json"), folder.join("policy.pub"))));
    }
    let wrong = |why: String| StartError::Policy(why);
    let given = policy::build::Given { now: clock::now_ms() / 1000, ..policy::build::Given::default() };
    let built = policy::build::build(project, app, &given).map_err(|why| wrong(why.to_string()))?;
    let mut bundle = built.bundle;
    for function in bundle.functions.values_mut() {
        if let Some(hosts) = &mut function.egress.hosts {
            // Addresses of the cloud are on loopback here.
            hosts.push(HostRule {
                host: "127.0.0.1".to_owned(),
                ports: ports.iter().copied().collect(),
                reason: "the local cloud and the local APIs".to_owned(),
            });
        }
    }
    let key = SigningKey::generate(Algorithm::Ed25519).map_err(|why| wrong(why.to_string()))?;
    let signed = policy::signed::sign(&bundle, &key).map_err(|why| wrong(why.to_string()))?;
    let (policy_file, key_file) = (layer.join("policy.json"), layer.join("policy.pub"));
    put(&policy_file, &signed).map_err(failed)?;
    put(&key_file, key.public().to_pem().as_bytes()).map_err(failed)?;
    Ok(Some(guard(policy_file, key_file)))
}
