//! The guard around functions: its policy, made from the graph and signed when the host starts, and its layer's files.
use crate::clock;
use crate::cloud::Cloud;
use crate::host::StartError;
use crate::names::Names;
use crate::runtimes::put;
use crate::settings::Settings;
use crate::spawn::Guard;
use crate::talk::Talk;
use model::{App, Kind, Project};
use policy::signed::Algorithm;
use policy::{HostRule, SigningKey};
use std::collections::BTreeMap;
use std::path::Path;

/// The preload library, beside the guard's program.
const PRELOAD: &str = "libbuckler_preload.so";

/// Identifiers that the local cloud chose for user pools and their clients, and the key sets of the pools.
pub(crate) async fn pools(
    app: &App,
    names: &Names,
    cloud: Option<&Cloud>,
) -> (BTreeMap<String, String>, BTreeMap<String, serde_json::Value>) {
    let (mut ids, mut keys) = (BTreeMap::new(), BTreeMap::new());
    let Some(cloud) = cloud else { return (ids, keys) };
    for node in app.any(&[Kind::UserPool, Kind::UserPoolClient]) {
        let id = names.id(app, node);
        if node.kind == Kind::UserPool {
            let issuer = format!("https://cognito-idp.{}.amazonaws.com/{id}", names.region);
            let set = cloud.keys_of(&issuer).await.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            if let Some(set) = set {
                let set: serde_json::Value = set;
                keys.insert(format!("{}-access", node.name), set.clone());
                keys.insert(node.name.clone(), set);
            }
        }
        ids.insert(node.name.clone(), id);
    }
    (ids, keys)
}

/// Makes the guard's files; none: functions run bare.
pub(crate) fn ready(
    (project, app): (&Project, &App),
    settings: &Settings,
    (work, ports): (&Path, &[u16]),
    (ids, keys): (&BTreeMap<String, String>, &BTreeMap<String, serde_json::Value>),
    talk: &Talk,
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
        let place = library.display();
        talk.note(format!("`{place}` is not there: the guard runs without its preload library"));
    }
    let guard = |policy, key| Guard { program, policy, key, layer: layer.clone(), ports: ports.to_vec() };
    if let Some(folder) = &settings.policy {
        return Ok(Some(guard(folder.join("policy.json"), folder.join("policy.pub"))));
    }
    let wrong = |why: String| StartError::Policy(why);
    let mut own = settings.guard_config.clone();
    if let toml::Value::Table(resources) =
        own.entry("resources").or_insert_with(|| toml::Value::Table(toml::Table::new()))
    {
        for (name, id) in ids {
            resources.entry(name.clone()).or_insert_with(|| toml::Value::String(id.clone()));
        }
    }
    let given = policy::build::Given {
        now: clock::now_ms() / 1000,
        guard: own,
        text: settings.guard_text.clone(),
        rules: settings.guard_rules.clone(),
        keys: keys.clone(),
        ..policy::build::Given::default()
    };
    let mut built = policy::build::build(project, app, &given).map_err(|why| wrong(why.to_string()))?;
    built.leave_out_unread(waf::schema::Api::is_read);
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
