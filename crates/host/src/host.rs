//! The host: starting everything in its order, and ending it.
use crate::clock;
use crate::environment::Shared;
use crate::front::Front;
use crate::invocation::{Asked, Finished};
use crate::names::Names;
use crate::plan::Plan;
use crate::pool::{Pool, Throttled};
use crate::runtimes::Files;
use crate::settings::Settings;
use crate::spawn;
use crate::talk::Talk;
use crate::wire;
use model::{App, Project};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Why the host did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("port {port} of this machine cannot be used: {why}; choose another with `{option}`")]
    Port { port: u16, option: &'static str, why: std::io::Error },
    #[error("`{path}` could not be written: {why}")]
    Work { path: PathBuf, why: std::io::Error },
    #[error("the guard `{path}` is not there; build it (`cargo build -p guard`), or say `--no-guard`")]
    Guard { path: PathBuf },
    #[error("the policy could not be made: {0}")]
    Policy(String),
    #[error("the local cloud did not start: {0}")]
    Cloud(String),
}

/// A host that runs.
#[derive(Debug)]
pub struct Host {
    pools: Arc<BTreeMap<String, Arc<Pool>>>,
    plan: Arc<Plan>,
    names: Arc<Names>,
    endpoint: String,
    tasks: Vec<JoinHandle<()>>,
    work: PathBuf,
    own_work: bool,
}

impl Host {
    /// Starts the application's host: listeners, the local cloud, triggers. Environments start when they are needed.
    ///
    /// # Errors
    /// Ports that are taken, folders that cannot be written, a local cloud that does not start.
    pub async fn start(
        project: &Project,
        app: &App,
        settings: Settings,
        talk: Talk,
    ) -> Result<Self, StartError> {
        let (work, own_work) = work_folder(&settings)?;
        let (listener, address) = bind(settings.aws_port, "--aws-port").await?;
        let endpoint = format!("http://{address}");
        let names = Names {
            region: settings.region.clone(),
            account: settings.account.clone(),
            stack: stack_name(&settings.folder),
            endpoint: endpoint.clone(),
            ..Names::default()
        };
        let plan = Arc::new(Plan::new(project, app, &names, &settings));
        for problem in &plan.problems {
            talk.note(problem.clone());
        }
        let files = Files::write(&work.join("runtimes"))
            .map_err(|why| StartError::Work { path: work.clone(), why })?;
        let private = private(&plan, &work, &talk).await;
        let guard = None;
        let shared = Arc::new(Shared {
            settings: settings.clone(),
            files,
            talk: talk.clone(),
            work: work.clone(),
            endpoint: endpoint.clone(),
            guard,
            private,
        });
        let pools: BTreeMap<String, Arc<Pool>> = plan
            .functions
            .iter()
            .map(|(node, function)| (node.clone(), Pool::new(Arc::clone(function), Arc::clone(&shared))))
            .collect();
        let pools = Arc::new(pools);
        let mut tasks = Vec::new();
        let front = Arc::new(Front::new(Arc::clone(&pools), Arc::clone(&plan), Arc::clone(&shared)));
        tasks.push(tokio::spawn(wire::serve(listener, move |request| Arc::clone(&front).handle(request))));
        tasks.push(tokio::spawn(keep(Arc::clone(&pools), settings.watch_ms, talk)));
        Ok(Self { pools, plan, names: Arc::new(names), endpoint, tasks, work, own_work })
    }

    /// The address of the AWS endpoint, which takes `Invoke`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What a person wants to know at the start: addresses, and what is behind them.
    #[must_use]
    pub fn greeting(&self) -> Vec<String> {
        let mut lines = vec![format!("AWS endpoint, takes `Invoke`: {}", self.endpoint)];
        for function in self.plan.functions.values() {
            let state =
                function.missing.as_ref().map_or(String::new(), |why| format!(" (cannot run: {why})"));
            lines.push(format!("function {} ({}){state}", function.name, function.runtime));
        }
        lines
    }

    /// What runs here.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The local names.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Runs one invocation; `None`: no such function, or the host ends.
    pub async fn invoke(&self, function: &str, asked: Asked) -> Option<Result<Finished, String>> {
        let function = self.plan.find(function)?;
        let pool = self.pools.get(&function.node)?;
        Some(pool.invoke(asked).await.map_err(|why| match why {
            Throttled::Reserved => "Rate Exceeded.".to_owned(),
            Throttled::Ending => "the host ends".to_owned(),
        }))
    }

    /// Ends every environment and everything that was started.
    pub async fn stop(mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
        }
        let ends: Vec<_> = self
            .pools
            .values()
            .map(|pool| {
                let pool = Arc::clone(pool);
                tokio::spawn(async move { pool.stop().await })
            })
            .collect();
        for end in ends {
            drop(end.await);
        }
        if self.own_work {
            drop(tokio::fs::remove_dir_all(&self.work).await);
        }
    }
}

pub(crate) async fn bind(
    port: u16,
    option: &'static str,
) -> Result<(tokio::net::TcpListener, std::net::SocketAddr), StartError> {
    wire::listen(port).await.map_err(|why| StartError::Port { port, option, why })
}

/// Ends idle environments, and looks for new code.
async fn keep(pools: Arc<BTreeMap<String, Arc<Pool>>>, watch_ms: u64, talk: Talk) {
    let mut tick = tokio::time::interval(Duration::from_millis(if watch_ms == 0 { 1_000 } else { watch_ms }));
    loop {
        tick.tick().await;
        for pool in pools.values() {
            pool.sweep(clock::now_ms());
            if watch_ms > 0 {
                let looked = Arc::clone(pool);
                let changed = tokio::task::spawn_blocking(move || looked.look()).await.unwrap_or(false);
                if changed {
                    talk.note(format!("{}: new code", pool.function.name));
                }
            }
        }
    }
}

fn work_folder(settings: &Settings) -> Result<(PathBuf, bool), StartError> {
    let own = settings.work.is_none();
    let work = settings.work.clone().unwrap_or_else(|| {
        // Not below /tmp, which functions have for themselves.
        let name = format!("buckler-host-{}", clock::hex(&clock::random::<6>()));
        Path::new("/var/tmp").join(name)
    });
    std::fs::create_dir_all(work.join("environments"))
        .map_err(|why| StartError::Work { path: work.clone(), why })?;
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&work, std::fs::Permissions::from_mode(0o700))
        .map_err(|why| StartError::Work { path: work.clone(), why })?;
    let work = work.canonicalize().map_err(|why| StartError::Work { path: work.clone(), why })?;
    Ok((work, own))
}

fn stack_name(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let clean: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let clean = clean.trim_matches('-');
    if clean.is_empty() { "app".to_owned() } else { clean.to_owned() }
}

async fn private(plan: &Plan, work: &Path, talk: &Talk) -> bool {
    let mut needed: Vec<&Path> = vec![work];
    for function in plan.functions.values() {
        needed.push(&function.folder);
        needed.extend(function.layers.iter().map(PathBuf::as_path));
    }
    match spawn::private_possible(&needed).await {
        Ok(()) => true,
        Err(why) => {
            talk.note(format!("functions share this machine's /tmp ({why}); their TMPDIR is their own"));
            false
        }
    }
}
