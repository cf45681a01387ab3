//! `buckler fix`: repairs what the scan found, proves each repair, then writes the files.
//!
//! Nothing is written before the proof: the changed texts are read and judged in memory first ([`prove`]).
mod ask;
mod commit;
mod overlay;
mod prove;
mod show;
mod work;
pub(super) mod write;

use std::io::IsTerminal as _;

use model::Severity;

use super::CommandError;
use super::reading::{self, Read};
use crate::args::{FixArguments, FixFormat};
use crate::exit::Exit;
use crate::{config, output};
use ask::Asking;
pub(super) use overlay::{Overlay, Texts};
use work::{Outcome, Wish};

pub(super) fn run(arguments: &FixArguments) -> Result<Exit, CommandError> {
    let read = reading::read(&arguments.reading)?;
    let wish = wish(arguments, &read)?;
    let asks = asks(arguments);
    let mut asking =
        if asks { Asking::on_terminal(output::colour(&arguments.reading.writing)) } else { Asking::never() };
    let outcome = work::work(&read, &wish, &mut asking);
    let originals = &outcome.originals;
    let texts: Texts = outcome
        .texts
        .iter()
        .filter(|(path, text)| originals.get(*path) != Some(*text))
        .map(|(path, text)| (path.clone(), text.clone()))
        .collect();
    let mut branch = None;
    let writes = arguments.apply || arguments.commit || asks;
    if let Some(path) = &arguments.patch {
        output::write_file(path, &outcome.patch())?;
    } else if writes && !texts.is_empty() {
        if arguments.commit {
            let prepared = commit::prepare(&read.folder, &read.disk, &texts, &outcome)?;
            write::write(&read.disk, &texts, originals)?;
            branch = Some(commit::commit(prepared)?);
        } else {
            write::write(&read.disk, &texts, originals)?;
        }
    }
    let is_written = writes || arguments.patch.is_some();
    let shown = show::Shown { outcome: &outcome, is_written, was_asked: asks, branch: branch.as_deref() };
    let text = match (arguments.json, arguments.format) {
        (true, _) | (_, FixFormat::Json) => shown.json(),
        _ => shown.text(output::colour(&arguments.reading.writing)),
    };
    output::put(&arguments.reading.writing, &text)?;
    Ok(exit(&outcome, is_written))
}

/// People are asked on a terminal, unless the arguments say it all.
fn asks(arguments: &FixArguments) -> bool {
    let is_decided = arguments.apply || arguments.dry_run || arguments.commit || arguments.patch.is_some();
    let is_for_programs =
        arguments.json || arguments.format == FixFormat::Json || arguments.reading.writing.output.is_some();
    !is_decided && !is_for_programs && std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

fn wish(arguments: &FixArguments, read: &Read) -> Result<Wish, CommandError> {
    let named = |names: &[String]| -> Result<Vec<&'static str>, CommandError> {
        let known =
            |name: &String| config::known_check(name).map(|check| check.id).map_err(CommandError::Check);
        names.iter().map(known).collect()
    };
    let mut skip = named(&arguments.skip)?;
    skip.extend(named(&read.loaded.config.checks.skip)?);
    Ok(Wish {
        only: named(&arguments.only)?,
        skip,
        risky: arguments.risky,
        severity: arguments.severity.unwrap_or(Severity::Info),
    })
}

fn exit(outcome: &Outcome, is_written: bool) -> Exit {
    if !outcome.done.is_empty() && !is_written {
        Exit::Findings
    } else if outcome.left.iter().any(|left| !left.is_declined()) {
        Exit::Incomplete
    } else {
        Exit::Clean
    }
}
