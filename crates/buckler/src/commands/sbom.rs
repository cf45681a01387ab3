//! `buckler sbom`: the packages of a folder as a bill of materials.
use supply::About;

use super::{CommandError, reading};
use crate::args::{BillFormat, SbomArguments};
use crate::exit::Exit;
use crate::{clock, facts, output};

pub(super) fn run(arguments: &SbomArguments) -> Result<Exit, CommandError> {
    let mut read = reading::read(&arguments.reading)?;
    let asks_for_weaknesses = arguments.vex || arguments.format == BillFormat::Openvex;
    if !asks_for_weaknesses {
        read.loaded.config.advisories.enabled = Some(false);
    }
    facts::attach(&mut read.project, &read.disk, &read.loaded);
    let name = name(&read);
    let about = About { name: &name, tool_version: env!("CARGO_PKG_VERSION"), seconds: clock::seconds() };
    let text = match arguments.format {
        BillFormat::Cyclonedx => supply::cyclonedx(&read.project, &about, arguments.vex),
        BillFormat::Spdx => supply::spdx(&read.project, &about),
        BillFormat::Openvex => supply::openvex(&read.project, &about),
    };
    output::put(&arguments.reading.writing, &text)?;
    let lost =
        read.project.problems.iter().filter(|problem| {
            matches!(problem.kind, model::ProblemKind::Unreadable | model::ProblemKind::Limit)
        });
    let mut is_whole = true;
    for problem in lost {
        is_whole = false;
        if !arguments.reading.writing.quiet {
            let place = problem.at.map_or_else(|| problem.path.clone(), |at| read.project.locate(at));
            output::tell(&format!("{place}: {}", problem.message));
        }
    }
    let has_packages = read.project.apps.iter().any(|app| !app.packages.is_empty());
    Ok(if is_whole && has_packages { Exit::Clean } else { Exit::Incomplete })
}

/// What the manifest at the top calls the application; else the folder's name.
fn name(read: &reading::Read) -> String {
    let manifests = read.project.apps.iter().flat_map(|app| &app.manifests);
    let top =
        manifests.filter(|manifest| !manifest.path.contains('/')).find_map(|manifest| manifest.name.clone());
    top.unwrap_or_else(|| {
        let folder = read.folder.canonicalize().unwrap_or_else(|_| read.folder.clone());
        folder
            .file_name()
            .map_or_else(|| "application".to_owned(), |name| name.to_string_lossy().into_owned())
    })
}
