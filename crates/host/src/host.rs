//! The host: starting everything in its order, and ending it.
use crate::clock;
use crate::cloud::Cloud;
use crate::environment::Shared;
use crate::front::Front;
use crate::invocation::{Asked, Finished};
use crate::mounts::Mounts;
use crate::names::Names;
use crate::plan::{Function, Plan, Route, Way};
use crate::pool::{Pool, Throttled};
use crate::runtimes::Files;
use crate::settings::{Aws, Gateway, Settings};
use crate::talk::Talk;
use crate::web::{Gate, Given, Origin, Pools, Web, capacity};
use crate::wire;
use model::{App, Project};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
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
    #[error("the gateway in front of the application cannot be used: {0}")]
    Gateway(String),
}

/// A host that runs.
#[derive(Debug)]
pub struct Host {
    pools: Arc<BTreeMap<String, Arc<Pool>>>,
    plan: Arc<Plan>,
    names: Arc<Names>,
    endpoint: String,
    ways: Vec<Entrance>,
    settings: Settings,
    user_pools: Pools,
    talk: Talk,
    owner_key: String,
    tasks: Vec<JoinHandle<()>>,
    work: PathBuf,
    own_work: bool,
}

/// One way in over HTTP, as it serves.
#[derive(Debug)]
struct Entrance {
    node: String,
    /// `http://127.0.0.1:3000`
    base: String,
    routes: Vec<Route>,
    origin: Arc<Origin>,
    gate: Option<Gate>,
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
        let cloud = cloud(&settings, &work, &talk).await?;
        let mut names = Names {
            region: settings.region.clone(),
            account: settings.account.clone(),
            stack: stack_name(&settings.folder),
            endpoint: format!("http://{address}"),
            ..Names::default()
        };
        let listeners = listeners((project, app), &mut names, &settings, &talk).await?;
        if let Some(cloud) = &cloud {
            crate::cloud::create::all(cloud, app, &mut names, &talk).await;
        }
        let plan = planned((project, app), &names, &settings, (&work, &talk))?;
        let files = Files::write(&work.join("runtimes"))
            .map_err(|why| StartError::Work { path: work.clone(), why })?;
        let mounts = Mounts::of(&plan, &settings, (&work, &files), &talk).await;
        let bases = listeners.iter().map(|one| &one.base).chain([&names.endpoint]);
        let ports: Vec<u16> = bases.filter_map(|url| port_of(url)).collect();
        let (ids, keys) = crate::guard::pools(app, &names, cloud.as_deref()).await;
        let guard = crate::guard::ready((project, app), &settings, (&work, &ports), (&ids, &keys), &talk)?;
        let shared = Arc::new(Shared {
            settings: settings.clone(),
            files,
            talk: talk.clone(),
            work: work.clone(),
            endpoint: names.endpoint.clone(),
            guard,
            mounts,
        });
        let front = front(plan, shared, cloud);
        let mut tasks = crate::sources::start(&front);
        let user_pools = Pools::write((app, &names), &keys, &work, &talk);
        let mut ways = Vec::new();
        for one in listeners {
            let (entrance, task) = one.serve(&front);
            tasks.push(task);
            ways.push(entrance);
        }
        front.custom_resources();
        let answering = Arc::clone(&front);
        tasks
            .push(tokio::spawn(wire::serve(listener, move |request| Arc::clone(&answering).handle(request))));
        tasks.push(tokio::spawn(keep(Arc::clone(&front.pools), settings.watch_ms, talk.clone())));
        let endpoint = names.endpoint.clone();
        let owner_key = settings.owner_key.clone();
        let host = Self {
            pools: Arc::clone(&front.pools),
            plan: Arc::clone(&front.plan),
            names: Arc::new(names),
            endpoint,
            ways,
            settings,
            user_pools,
            talk,
            owner_key,
            tasks,
            work,
            own_work,
        };
        for way in &host.plan.ways {
            host.open(app, way, host.settings.gateway.as_ref()).map_err(StartError::Gateway)?;
        }
        Ok(host)
    }

    /// Tells the gateway of a way in what the application's routes are.
    fn open(&self, app: &App, way: &Way, own: Option<&Gateway>) -> Result<(), String> {
        let entrance = self.ways.iter().find(|one| one.node == way.name);
        let Some(gate) = entrance.and_then(|one| one.gate.as_ref()) else { return Ok(()) };
        let concurrency =
            self.plan.functions.iter().map(|(node, function)| (node.clone(), function.concurrency)).collect();
        let given = Given {
            app,
            names: &self.names,
            settings: &self.settings,
            own,
            pools: &self.user_pools,
            capacity: capacity(way, &concurrency, self.settings.environments_max),
        };
        for note in gate.open(way, &given)? {
            self.talk.note(note);
        }
        Ok(())
    }

    /// Puts the routes of a changed application in place, with what its gateway knows of them and is told. Functions,
    /// triggers and resources stay as they were when the host started.
    ///
    /// # Errors
    /// What the gateway cannot use; its old routes go on then.
    pub fn reload(&self, project: &Project, app: &App, own: Option<Gateway>) -> Result<(), String> {
        let plan = Plan::new(project, app, &self.names, &self.settings);
        let is_known = |name: &String| self.plan.functions.contains_key(name);
        for name in plan.functions.keys().filter(|name| !is_known(name)) {
            self.talk.note(format!("`{name}` is new: it runs once the host starts again"));
        }
        for entrance in &self.ways {
            let Some(way) = plan.ways.iter().find(|way| way.name == entrance.node) else { continue };
            self.open(app, way, own.as_ref())?;
            entrance.origin.replace(way.clone());
        }
        for way in plan.ways.iter().filter(|way| !self.ways.iter().any(|one| one.node == way.name)) {
            self.talk.note(format!("`{}` is new: it is served once the host starts again", way.name));
        }
        Ok(())
    }

    /// The address of the AWS endpoint, which takes `Invoke`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What a person wants to know at the start: addresses, and what is behind them.
    #[must_use]
    pub fn greeting(&self) -> Vec<String> {
        let mut lines = vec![
            format!("AWS endpoint, takes `Invoke`: {}", self.endpoint),
            format!("  your key for it: AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY=local", self.owner_key),
        ];
        for one in &self.ways {
            let through = if one.gate.is_some() { ", through the gateway" } else { "" };
            lines.push(format!("{}: {}{through}", one.node, one.base));
            lines.extend(
                one.routes
                    .iter()
                    .map(|route| format!("  {} {} -> {}", route.method, route.path, route.function)),
            );
        }
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

    /// The addresses of APIs and function URLs, by node.
    pub fn origins(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ways.iter().map(|one| (one.node.as_str(), one.base.as_str()))
    }

    /// The access key that may do anything at the endpoint.
    #[must_use]
    pub fn owner_key(&self) -> &str {
        &self.owner_key
    }

    /// Where the host keeps its files while it runs.
    #[must_use]
    pub fn work(&self) -> &Path {
        &self.work
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

fn port_of(url: &str) -> Option<u16> {
    url.rsplit_once(':')?.1.parse().ok()
}

async fn cloud(settings: &Settings, work: &Path, talk: &Talk) -> Result<Option<Arc<Cloud>>, StartError> {
    match &settings.aws {
        Aws::None => Ok(None),
        Aws::Url(url) => Ok(Some(Arc::new(Cloud::at(url, settings)))),
        Aws::Local => {
            talk.note("starting the local cloud (moto)");
            let started = Cloud::start(settings, work.join("moto.log")).await.map_err(StartError::Cloud)?;
            Ok(Some(Arc::new(started)))
        }
    }
}

/// A way in whose port is taken.
struct Opened {
    way: Way,
    listener: TcpListener,
    base: String,
    gate: Option<Gate>,
}

impl Opened {
    fn serve(self, front: &Front) -> (Entrance, JoinHandle<()>) {
        let Self { way, listener, base, gate } = self;
        // The plan knows identifiers that the local cloud chose since.
        let way = front.plan.ways.iter().find(|one| one.name == way.name).cloned().unwrap_or(way);
        let (node, routes) = (way.name.clone(), way.routes.clone());
        let (pools, shared) = (Arc::clone(&front.pools), Arc::clone(&front.shared));
        let web = Web { way, pools, shared, cloud: front.cloud.clone(), fronted: gate.is_some() };
        let origin = Origin::new(web);
        let task = tokio::spawn(Arc::clone(&origin).serve(listener));
        (Entrance { node, base, routes, origin, gate }, task)
    }
}

/// What answers calls, with a pool of environments for each function.
fn front(plan: Arc<Plan>, shared: Arc<Shared>, cloud: Option<Arc<Cloud>>) -> Arc<Front> {
    let pool = |(node, function): (&String, &Arc<Function>)| {
        (node.clone(), Pool::new(Arc::clone(function), Arc::clone(&shared)))
    };
    let pools = Arc::new(plan.functions.iter().map(pool).collect());
    let owner_key = shared.settings.owner_key.clone();
    Arc::new(Front { pools, plan, shared, cloud, owner_key })
}

/// What runs, with the code that stands in the template or in a zip file as files.
fn planned(
    (project, app): (&Project, &App),
    names: &Names,
    settings: &Settings,
    (work, talk): (&Path, &Talk),
) -> Result<Arc<Plan>, StartError> {
    let mut plan = Plan::new(project, app, names, settings);
    let unwritten = |why| StartError::Work { path: work.to_owned(), why };
    plan.write_inline(&work.join("inline")).map_err(unwritten)?;
    crate::package::lay_out(&mut plan, &work.join("packages")).map_err(unwritten)?;
    crate::layers::lay_out(&mut plan, &work.join("layers")).map_err(unwritten)?;
    for problem in &plan.problems {
        talk.note(problem.clone());
    }
    Ok(Arc::new(plan))
}

/// Takes a port for each API and function URL, and names their addresses.
async fn listeners(
    (project, app): (&Project, &App),
    names: &mut Names,
    settings: &Settings,
    talk: &Talk,
) -> Result<Vec<Opened>, StartError> {
    let ways = Plan::new(project, app, names, settings).ways;
    let mut listeners = Vec::new();
    let mut port = settings.port;
    for way in ways {
        let inner = if settings.gateway.is_some() { 0 } else { port };
        let (listener, address) = bind(inner, "--port").await?;
        let gate =
            settings.gateway.as_ref().map(|_| Gate::start(&way.name, port, address, talk)).transpose()?;
        port = if port == 0 { 0 } else { port.saturating_add(1) };
        let base = gate.as_ref().map_or_else(|| format!("http://{address}"), Gate::base);
        names.bases.insert(way.name.clone(), base.clone());
        listeners.push(Opened { way, listener, base, gate });
    }
    Ok(listeners)
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
