//! `buckler scan`: read, judge, leave out what was accepted, print.
#![expect(clippy::disallowed_methods, reason = "the baseline is read here")]
use std::mem::ManuallyDrop;
use std::path::Path;

use model::{Check, Finding, ProblemKind, Severity};
use report::{Baseline, Colour, Detail, Look, Scan};

use super::CommandError;
use super::reading::{self, Read};
use crate::args::{ScanArguments, ScanFormat, Threshold};
use crate::config::{self, Config};
use crate::exit::Exit;
use crate::{clock, facts, output, since};

pub(super) fn run(arguments: &ScanArguments) -> Result<Exit, CommandError> {
    // The process ends when the scan does: taking the graph apart value by value would cost a twentieth of it.
    let mut read = ManuallyDrop::new(reading::read(&arguments.reading)?);
    let Read { project, loaded, disk, folder, .. } = &mut *read;
    let vex = arguments.vex.iter().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()));
    loaded.config.advisories.vex.extend(vex);
    facts::attach(project, disk, loaded);
    if !arguments.no_secrets {
        facts::attach_secrets(project, disk, loaded);
    }
    if arguments.history {
        facts::attach_history(project, folder, loaded, !arguments.reading.writing.quiet)?;
    }
    facts::forget_hashes(project);
    let checks = chosen(arguments, &read.loaded.config)?;
    let today = clock::today();
    let mut findings = checks::run(&read.project, &checks, today);
    own_severities(&mut findings.found, &read.loaded.config);
    let judged = checks::suppress(&findings, &read.project, &ignores(&read.loaded.config), &checks);
    read.project.problems.extend(judged.problems);
    let mut found = judged.found;
    report::sort(&read.project, &mut found);
    if let Some(path) = &arguments.write_baseline {
        output::write_file(path, &Baseline::of(&read.project, &found).write())?;
    }
    let (mut found, known) = without_known(arguments, &read, found)?;
    if let Some(revision) = &arguments.since {
        let changes = since::changes(&read.folder, revision)?;
        found.retain(|finding| changes.touch(finding, &read.project));
    }
    let least = least_severity(arguments, &read.loaded.config);
    found.retain(|finding| finding.severity >= least);
    let fixes = |finding: &Finding| fix_text(&read, finding);
    let root = arguments.reading.path.display().to_string();
    let scan = Scan {
        project: &read.project,
        root: &root,
        folder: &read.folder.to_string_lossy(),
        version: env!("CARGO_PKG_VERSION"),
        date: today,
        docs: None,
        checks: &checks,
        findings: &found,
        suppressed: &judged.suppressed,
        stale: &judged.stale,
        undecided: &findings.undecided,
        known,
        fixes: &fixes,
    };
    output::put(&arguments.reading.writing, &render(arguments, &scan))?;
    Ok(exit(arguments, &read, &found))
}

fn render(arguments: &ScanArguments, scan: &Scan<'_>) -> String {
    let format = if arguments.json { ScanFormat::Json } else { arguments.format };
    match format {
        ScanFormat::Text => {
            let colour =
                if output::colour(&arguments.reading.writing) { Colour::Always } else { Colour::Never };
            let detail = if arguments.all { Detail::Full } else { Detail::Brief };
            report::text(scan, Look { colour, detail })
        }
        ScanFormat::Json => report::json(scan),
        ScanFormat::Sarif => report::sarif(scan),
        ScanFormat::Junit => report::junit(scan),
        ScanFormat::Markdown => report::markdown(scan),
        ScanFormat::Html => report::html(scan),
    }
}

/// The checks that the arguments and the configuration leave on.
fn chosen(arguments: &ScanArguments, config: &Config) -> Result<Vec<&'static Check>, CommandError> {
    let named = |names: &[String]| -> Result<Vec<String>, CommandError> {
        names
            .iter()
            .map(|name| config::known_check(name).map(|_| name.clone()).map_err(CommandError::Check))
            .collect()
    };
    let only = named(&arguments.checks)?;
    let skip: Vec<String> = named(&arguments.skip)?.into_iter().chain(config.checks.skip.clone()).collect();
    let is_in = |check: &Check, names: &[String]| {
        names.iter().any(|name| {
            check.id == name || check.also_known_as.iter().any(|other| other.eq_ignore_ascii_case(name))
        })
    };
    Ok(checks::all()
        .filter(|check| (only.is_empty() || is_in(check, &only)) && !is_in(check, &skip))
        .collect())
}

pub(super) fn own_severities(findings: &mut [Finding], config: &Config) {
    for finding in findings {
        let own = config.checks.severity.iter().find(|(name, _)| {
            finding.check.id == **name || finding.check.also_known_as.contains(&name.as_str())
        });
        if let Some(severity) = own.and_then(|(_, severity)| severity.parse().ok()) {
            finding.severity = severity;
        }
    }
}

pub(super) fn ignores(config: &Config) -> Vec<checks::Ignore> {
    let entries = config.ignore.iter();
    entries
        .map(|ignore| checks::Ignore {
            check: ignore.check.clone(),
            resource: ignore.resource.clone(),
            path: ignore.path.clone(),
            reason: ignore.reason.clone(),
            until: ignore.until.as_ref().and_then(|until| until.parse().ok()),
        })
        .collect()
}

/// Findings that the baseline does not know, and how many it does.
fn without_known(
    arguments: &ScanArguments,
    read: &Read,
    found: Vec<Finding>,
) -> Result<(Vec<Finding>, usize), CommandError> {
    let beside = read.loaded.path.as_deref().and_then(Path::parent).unwrap_or(Path::new("."));
    let configured = read.loaded.config.scan.baseline.as_ref().map(|path| beside.join(path));
    let Some(path) = arguments.baseline.clone().or(configured) else { return Ok((found, 0)) };
    let text = std::fs::read_to_string(&path)
        .map_err(|why| CommandError::Read { path: path.clone(), why: why.to_string() })?;
    let baseline =
        Baseline::parse(&text).map_err(|why| CommandError::Baseline { path, why: why.to_string() })?;
    Ok(baseline.split(&read.project, found))
}

fn least_severity(arguments: &ScanArguments, config: &Config) -> Severity {
    let configured = config.scan.severity.as_ref().and_then(|severity| severity.parse().ok());
    arguments.severity.or(configured).unwrap_or(Severity::Info)
}

fn threshold(arguments: &ScanArguments, config: &Config) -> Threshold {
    // INVARIANT: the configuration was validated when it was loaded.
    let configured = config.scan.fail_on.as_deref().and_then(|text| crate::args::threshold(text).ok());
    arguments.fail_on.or(configured).unwrap_or(Threshold::At(Severity::High))
}

fn exit(arguments: &ScanArguments, read: &Read, found: &[Finding]) -> Exit {
    let fails = match threshold(arguments, &read.loaded.config) {
        Threshold::Never => false,
        Threshold::At(least) => found.iter().any(|finding| finding.severity >= least),
    };
    let lost = |kind: ProblemKind| matches!(kind, ProblemKind::Unreadable | ProblemKind::Limit);
    // Handlers without any template are an application, too.
    let has_code = read.project.apps.iter().any(|app| !app.code.is_empty());
    let is_empty = read.project.templates().next().is_none() && !has_code;
    if fails {
        Exit::Findings
    } else if is_empty || read.project.problems.iter().any(|problem| lost(problem.kind)) {
        if is_empty && !arguments.reading.writing.quiet {
            output::tell(
                "no application was found: no CloudFormation, SAM, Serverless Framework, Terraform or CDK output, and no handler",
            );
        }
        Exit::Incomplete
    } else {
        Exit::Clean
    }
}

/// The fix in the template's own words; edits of source files show themselves.
fn fix_text(read: &Read, finding: &Finding) -> Option<String> {
    let fix = finding.fix.as_ref()?;
    let app = read.project.app_of(finding)?;
    let steps: Vec<String> = fix.patches.iter().filter_map(|patch| iac::describe_patch(app, patch)).collect();
    if steps.is_empty() { None } else { Some(steps.join("; ")) }
}
