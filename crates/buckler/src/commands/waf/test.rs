//! `buckler waf test`: rule tests in the go-ftw format, in process or against a running server.
mod remote;

use std::path::{Path, PathBuf};

use replay::exchange::{self, Setting};
use replay::ftw::{self, File, Overrides, Stage, Test};
use serde_json::json;
use waf::{NoPersistence, Plan};

use super::{CommandError, plan, source, text};
use crate::args::{TestArguments, TestFormat};
use crate::exit::Exit;
use crate::{clock, output};

/// What came of one test.
struct Done {
    name: String,
    /// Nothing when it passed.
    why: Option<String>,
}

pub(super) fn run(arguments: &TestArguments) -> Result<Exit, CommandError> {
    let tests = tests(arguments)?;
    let results = match (&arguments.target, &arguments.log) {
        (Some(target), Some(log)) => {
            let mut server = remote::Server::new(target, log)?;
            run_all(&tests, |stage| server.run(stage))
        }
        _ => {
            let mut source = source(&arguments.rules);
            if arguments.tests.is_empty() {
                // Tests of single rules: all rules, and none that stops what another one is to see.
                source.variables.push(("buckler_level".to_owned(), "2".to_owned()));
                source.detect_only = true;
            }
            let (_, plan) = plan(&source)?;
            run_all(&tests, |stage| in_process(&plan, stage))
        }
    };
    let failed = results.iter().filter(|done| done.why.is_some()).count();
    let format = if arguments.json { TestFormat::Json } else { arguments.format };
    output::put(&arguments.writing, &shown(&results, failed, format))?;
    Ok(match (results.len(), failed) {
        (0, _) => Exit::Incomplete,
        (_, 0) => Exit::Clean,
        _ => Exit::Findings,
    })
}

fn in_process(plan: &Plan, stage: &Stage) -> Result<ftw::Observed, String> {
    let client = exchange::loopback("test".to_owned(), clock::seconds().saturating_mul(1_000_000));
    ftw::run(Setting { plan, persistence: &NoPersistence, client: &client }, stage)
}

fn run_all(
    tests: &[(String, Test)],
    mut observe: impl FnMut(&Stage) -> Result<ftw::Observed, String>,
) -> Vec<Done> {
    let mut told = 0;
    let mut results = Vec::with_capacity(tests.len());
    for (position, (name, test)) in tests.iter().enumerate() {
        let failed = test.stages.iter().find_map(|stage| match observe(stage) {
            Ok(observed) => ftw::judge(&stage.output, &observed),
            Err(why) => Some(why),
        });
        results.push(Done { name: name.clone(), why: failed });
        if position >= told + 1000 {
            told = position;
            output::tell(&format!("{position} of {} tests", tests.len()));
        }
    }
    results
}

/// The tests that the arguments name, with what is expected on this platform.
fn tests(arguments: &TestArguments) -> Result<Vec<(String, Test)>, CommandError> {
    let mut overrides = Vec::new();
    for path in &arguments.overrides {
        let wrong = |why: String| CommandError::Read { path: path.clone(), why };
        overrides.push(Overrides::read(&text(path)?).map_err(|error| wrong(error.to_string()))?);
    }
    let mut found = Vec::new();
    for (path, text) in sources(&arguments.tests)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = File::read(&text, &name)
            .map_err(|error| CommandError::Read { path: path.clone(), why: error.to_string() })?;
        let rule = file.rule_id.unwrap_or_default();
        for mut test in file.tests {
            let name = format!("{rule}-{}", test.test_id.unwrap_or_default());
            if arguments.only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
                continue;
            }
            for one in &overrides {
                one.apply(rule, &mut test);
            }
            found.push((name, test));
        }
    }
    Ok(found)
}

fn sources(paths: &[PathBuf]) -> Result<Vec<(PathBuf, String)>, CommandError> {
    if paths.is_empty() {
        let own = waf::own::TESTS.iter().map(|(name, text)| (PathBuf::from(name), (*text).to_owned()));
        return Ok(own.collect());
    }
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() { list(path, &mut files)? } else { files.push(path.clone()) }
    }
    files.into_iter().map(|file| text(&file).map(|text| (file, text))).collect()
}

/// Every YAML file below a folder, in order.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), CommandError> {
    let wrong = |why: std::io::Error| CommandError::Read { path: folder.into(), why: why.to_string() };
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        entries.push(entry.map_err(wrong)?.path());
    }
    entries.sort();
    for path in entries {
        if path.is_dir() && !path.is_symlink() {
            list(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            files.push(path);
        }
    }
    Ok(())
}

fn shown(results: &[Done], failed: usize, format: TestFormat) -> String {
    let passed = results.len() - failed;
    match format {
        TestFormat::Text => {
            let mut out = String::new();
            for done in results {
                if let Some(why) = &done.why {
                    out.push_str(&format!("{}: {why}\n", done.name));
                }
            }
            out.push_str(&format!("{passed} passed, {failed} failed\n"));
            out
        }
        TestFormat::Json => {
            let failures: Vec<_> = results
                .iter()
                .filter_map(|done| done.why.as_ref().map(|why| json!({ "test": done.name, "why": why })))
                .collect();
            format!("{:#}\n", json!({ "passed": passed, "failed": failed, "failures": failures }))
        }
        TestFormat::Junit => {
            let mut out = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"rules\" tests=\"{}\" failures=\"{failed}\">\n",
                results.len()
            );
            for done in results {
                let name = escape(&done.name);
                out.push_str(&match &done.why {
                    None => format!("  <testcase classname=\"rules\" name=\"{name}\"/>\n"),
                    Some(why) => format!(
                        "  <testcase classname=\"rules\" name=\"{name}\"><failure message=\"{}\"/></testcase>\n",
                        escape(why)
                    ),
                });
            }
            out.push_str("</testsuite>\n");
            out
        }
    }
}

fn escape(text: &str) -> String {
    let plain = |c: char| c == '\t' || c >= ' ';
    let text: String = text.chars().map(|c| if plain(c) { c } else { '\u{FFFD}' }).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
