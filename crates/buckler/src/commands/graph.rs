//! `buckler model`: the graph that the checks read.
use super::{CommandError, reading};
use crate::args::{GraphFormat, ModelArguments};
use crate::exit::Exit;
use crate::output;

pub(super) fn run(arguments: &ModelArguments) -> Result<Exit, CommandError> {
    let read = reading::read(&arguments.reading)?;
    let apps = &read.project.apps;
    let text: String = match arguments.format {
        GraphFormat::Json => report::graph_json(&read.project),
        GraphFormat::Mermaid => apps.iter().map(report::graph_mermaid).collect(),
        GraphFormat::Dot => apps.iter().map(report::graph_dot).collect(),
    };
    output::put(&arguments.reading.writing, &text)?;
    // JSON holds the problems; the drawings have no place for them.
    if arguments.format != GraphFormat::Json && !arguments.reading.writing.quiet {
        for problem in &read.project.problems {
            let place = problem.at.map_or_else(|| problem.path.clone(), |at| read.project.locate(at));
            output::tell(&format!("{place}: {}", problem.message));
        }
    }
    Ok(if apps.is_empty() { Exit::Incomplete } else { Exit::Clean })
}
