//! `buckler attack`: simulated attacks against an application that runs.
use std::collections::BTreeSet;
use std::time::Duration;

use attack::{Canaries, Canary, Family, HttpTarget, Limits, Plan, Report, Seed, Settings, Watch};
use ureq::Agent;
use url::{Host, Url};

use super::reading::Read;
use super::{CommandError, reading};
use crate::args::{AttackArguments, AttackFormat};
use crate::exit::Exit;
use crate::{clock, facts, output};

/// One attack and its answer; a function may run for long, an attack waits no longer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Attacks after which progress is told.
const PROGRESS: usize = 100;

pub(super) fn run(arguments: &AttackArguments) -> Result<Exit, CommandError> {
    allowed(arguments)?;
    let mut read = reading::read(&arguments.reading)?;
    facts::attach_code(&mut read.project, &read.disk, &read.loaded);
    let report = attack_all(arguments, &read)?;
    let text = match if arguments.json { AttackFormat::Json } else { arguments.format } {
        AttackFormat::Text => attack::text(&report),
        AttackFormat::Json => format!("{:#}\n", attack::json(&report)),
        AttackFormat::Junit => attack::junit(&report),
    };
    output::put(&arguments.reading.writing, &text)?;
    let summary = report.summary();
    Ok(match arguments.expect {
        _ if report.judged.is_empty() => Exit::Incomplete,
        Some(_) if summary.got_through > 0 => Exit::Findings,
        Some(_) if !report.is_blocked() || !report.problems.is_empty() => Exit::Incomplete,
        _ => Exit::Clean,
    })
}

/// Only this machine, unless somebody says that the host is theirs.
fn allowed(arguments: &AttackArguments) -> Result<(), CommandError> {
    for address in std::iter::once(&arguments.url).chain(&arguments.invoke_url) {
        let wrong = || CommandError::Target { url: address.clone() };
        let url = Url::parse(address)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(wrong)?;
        let is_here = match url.host().ok_or_else(wrong)? {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let host = url.host_str().unwrap_or_default();
        if !is_here && arguments.confirm.as_deref() != Some(host) {
            return Err(CommandError::Unconfirmed { host: host.to_owned() });
        }
    }
    Ok(())
}

fn attack_all(arguments: &AttackArguments, read: &Read) -> Result<Report, CommandError> {
    let project = &read.project;
    let failed = |why: String| CommandError::Attack { why };
    let given = match &arguments.requests {
        None => Vec::new(),
        Some(path) => {
            #[expect(clippy::disallowed_methods, reason = "a file that the arguments name")]
            let text = std::fs::read_to_string(path)
                .map_err(|why| CommandError::Read { path: path.clone(), why: why.to_string() })?;
            attack::requests(&text).map_err(|why| failed(format!("`{}`: {why}", path.display())))?
        }
    };
    let run = run_number();
    let folder = std::env::temp_dir().join(format!("buckler-canary-{run:08x}"));
    let canaries = Canaries::start(&folder).map_err(|why| failed(why.to_string()))?;
    let families: BTreeSet<Family> = match arguments.families.as_slice() {
        [] => Family::ALL.iter().copied().collect(),
        some => some.iter().copied().collect(),
    };
    let limits = Limits { attacks_max: arguments.attacks_max, per_place_max: arguments.per_input_max };
    let host = canaries.host();
    let mut target = HttpTarget::new(agent(), &arguments.url, arguments.invoke_url.as_deref())
        .with_key(super::host::key());
    let mut watch = arguments.events.as_deref().map(Watch::new);
    let settings = Settings { per_second: arguments.rate, ..Settings::default() };
    let mut whole = Report::default();
    for (number, app) in project.templates().enumerate() {
        let is_wanted =
            |seed: &Seed| arguments.functions.is_empty() || arguments.functions.contains(&seed.function);
        let mut seeds: Vec<Seed> = given.iter().filter(|_| number == 0).cloned().collect();
        // Requests of the owner know better what the application takes than the graph does.
        let known: BTreeSet<String> = seeds.iter().map(|seed| seed.function.clone()).collect();
        let samples = match arguments.invoke_url {
            Some(_) => host::samples(project, app, &host::Settings::new(read.folder.clone())),
            None => Vec::new(),
        };
        let drawn = attack::seeds(app, &|trigger, _| {
            let sample = samples.iter().find(|sample| sample.trigger == trigger.name)?;
            Some((sample.function.clone(), sample.event.clone()))
        });
        seeds.extend(drawn.into_iter().filter(|seed| !known.contains(&seed.function)));
        seeds.retain(is_wanted);
        let canary = Canary {
            host: &host,
            folder: canaries.folder(),
            run: run.wrapping_add(u32::try_from(number).unwrap_or(0)),
        };
        let plan = attack::plan(app, &seeds, &families, &canary, &limits);
        tell(arguments, &plan, &seeds);
        let mut progress = |done: usize, all: usize| {
            if !arguments.reading.writing.quiet && done.is_multiple_of(PROGRESS) {
                output::tell(&format!("{done} of {all} attacks"));
            }
        };
        let report =
            attack::run(&plan, &seeds, &mut target, (&canaries, watch.as_mut()), (&settings, &mut progress));
        whole.judged.extend(report.judged);
        whole.problems.extend(report.problems);
        whole.left_out += report.left_out;
    }
    Ok(whole)
}

fn tell(arguments: &AttackArguments, plan: &Plan, seeds: &[Seed]) {
    if !arguments.reading.writing.quiet {
        let asked = plan.attacks.iter().filter(|attack| attack.expected).count();
        output::tell(&format!(
            "{} attacks on {} ways in, {asked} of them where the code hands input to a sink",
            plan.attacks.len(),
            seeds.len()
        ));
    }
}

/// Different for each run, so that late callbacks of another are not taken for this one's.
fn run_number() -> u32 {
    std::process::id() ^ u32::try_from(clock::seconds() & u64::from(u32::MAX)).unwrap_or(0)
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .tls_config(crate::http::tls())
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(TIMEOUT))
        .build();
    Agent::new_with_config(config)
}
