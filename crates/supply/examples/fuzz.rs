//! Mutates real manifests and lock files and reads them.
//!
//!     cargo run --profile fuzz -p supply --example fuzz -- manifests SECONDS SEED FOLDER
//!
//! FOLDER holds the files to begin with. See `mutate` for the rest.
use std::error::Error;

use model::{MemorySource, Project};
use mutate::{Arguments, Mutator, Seed};

/// Endings of names that some reader may know.
const NAMES: &[&str] =
    &["lock", "json", "toml", "txt", "xml", "mod", "sum", "cfg", "setup.py", "yaml", "gradle", "Gemfile"];

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "\n",
    ":",
    ",",
    "==",
    ">=",
    "^",
    "~",
    "*",
    "@",
    "/",
    "#",
    "-",
    "1.2.3",
    "9999999999999999999",
    "<dependency>",
    "${project.version}",
    "- ",
    "  ",
    "&a",
    "*a",
    "é",
    "null",
    "=",
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::of_process(&["manifests"])?;
    let folder =
        arguments.folder.as_deref().ok_or("name a folder with manifests after TARGET, SECONDS and SEED")?;
    let seeds = Seed::texts_below(folder, NAMES)?;
    let mut mutator = Mutator::of_text(PIECES, arguments.seed);
    mutate::run("supply", &arguments, &seeds, &mut mutator, |seed| {
        let mut project = Project::default();
        supply::read(&MemorySource::new([(seed.name.as_str(), seed.text().to_owned())]), &mut project);
        Ok(project.apps.iter().map(|app| app.packages.len()).sum())
    })
}
