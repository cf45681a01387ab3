//! `buckler explain CHECK`: a check's page.
use super::CommandError;
use crate::args::{ExplainArguments, PageFormat};
use crate::exit::Exit;
use crate::{config, output};

pub(super) fn run(arguments: &ExplainArguments) -> Result<Exit, CommandError> {
    let first = config::known_check(&arguments.check).map_err(CommandError::Check)?;
    // Another tool's name may stand for several of our checks.
    let named = checks::all().filter(|check| {
        check.id == first.id
            || check.also_known_as.iter().any(|name| name.eq_ignore_ascii_case(&arguments.check))
    });
    let colour =
        if output::colour(&arguments.writing) { report::Colour::Always } else { report::Colour::Never };
    let checks: Vec<_> = named.collect();
    let text = match arguments.format {
        PageFormat::Text => checks.iter().map(|check| report::explain(check, colour)).collect(),
        PageFormat::Markdown => checks.iter().map(|check| report::check_page(check)).collect(),
        PageFormat::Json => report::checks_json(&checks),
    };
    output::put(&arguments.writing, &text)?;
    Ok(Exit::Clean)
}
