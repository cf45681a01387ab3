//! `buckler checks`: the registry as a list.
use model::Check;

use super::CommandError;
use crate::args::{ChecksArguments, PageFormat};
use crate::exit::Exit;
use crate::output;

pub(super) fn run(arguments: &ChecksArguments) -> Result<Exit, CommandError> {
    let chosen: Vec<&'static Check> = checks::all().filter(|check| wanted(check, arguments)).collect();
    let text = match arguments.format {
        PageFormat::Text => list(&chosen),
        PageFormat::Markdown => report::checks_index(&chosen),
        PageFormat::Json => report::checks_json(&chosen),
    };
    output::put(&arguments.writing, &text)?;
    Ok(Exit::Clean)
}

fn wanted(check: &Check, arguments: &ChecksArguments) -> bool {
    let area = arguments.area.as_ref().is_none_or(|area| check.area_name() == area);
    let severity = arguments.severity.is_none_or(|least| check.severity >= least);
    let text = arguments.filter.as_ref().is_none_or(|text| {
        let text = text.to_lowercase();
        let names = check.controls.iter().chain(check.also_known_as);
        check.id.contains(&text)
            || check.title().to_lowercase().contains(&text)
            || names.into_iter().any(|name| name.to_lowercase().contains(&text))
    });
    area && severity && text
}

/// One line for each check, in columns.
fn list(checks: &[&'static Check]) -> String {
    let width = checks.iter().map(|check| check.id.len()).max().unwrap_or(0);
    let lines = checks.iter().map(|check| {
        let severity = check.severity.as_str();
        format!("{:width$}  {severity:8}  {:10}  {}\n", check.id, check.area_name(), check.title())
    });
    lines.collect()
}
