//! Mutates the corpus of cases and runs the whole analysis on it: parser, lowering and interpreter.
//!
//!     cargo run --profile fuzz -p code --example fuzz -- python SECONDS SEED
//!
//! Targets are `python`, `javascript` and `typescript`. See `mutate` for the rest.
use std::error::Error;
use std::path::Path;

use model::MemorySource;
use mutate::{Arguments, Mutator, Seed};

const WORDS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "`",
    "${",
    "\"",
    "'",
    "'''",
    "\\",
    "\n",
    "\t",
    "    ",
    "\r",
    "\u{feff}",
    "\u{2028}",
    "é",
    "\0",
    ":",
    "=>",
    "...",
    "**",
    "*",
    "lambda x: ",
    "async ",
    "await ",
    "yield ",
    "class A: ",
    "class A { ",
    "def f(",
    "function f(",
    "import ",
    "from . import *",
    "f\"{x}\"",
    "/*",
    "//",
    "#",
    "<a>",
    "</a>",
    "match x:\n    case ",
    "switch (x) { case ",
    "event",
    "exports.handler = ",
    "global x\n",
    "for x in ",
    "while (1) ",
    "try:\n",
    "if ",
    "else",
    "=",
    "9999999999999999999999",
    "0x",
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::of_process(&["python", "javascript", "typescript"])?;
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(&arguments.target);
    let mut seeds = Seed::texts_below(&cases, &[""])?;
    if let Some(folder) = &arguments.folder {
        seeds.extend(Seed::texts_below(folder, &[".py", ".js", ".mjs", ".ts"])?);
    }
    let (file, runtime) = match arguments.target.as_str() {
        "python" => ("app.py", "python3.13"),
        "javascript" => ("app.js", "nodejs22.x"),
        _ => ("app.ts", "nodejs22.x"),
    };
    let template = format!(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Run:\n    Type: AWS::Serverless::Function\n    Properties: \
         {{ CodeUri: ., Handler: app.handler, Runtime: {runtime} }}\n"
    );
    let mut mutator = Mutator::of_text(WORDS, arguments.seed);
    mutate::run("code", &arguments, &seeds, &mut mutator, |seed| {
        let source = MemorySource::new([("template.yaml", template.as_str()), (file, seed.text())]);
        let mut project = iac::read(&source, &iac::Options::default());
        code::attach(&mut project, &source, &code::Limits::default());
        Ok(project.apps.iter().flat_map(|app| &app.code).map(|code| code.flows.len()).sum())
    })
}
