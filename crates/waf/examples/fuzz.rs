//! Mutates rules, bodies, events and values, and runs one parser on them.
//!
//!     cargo run --profile fuzz -p waf --example fuzz -- TARGET [SECONDS] [SEED] [FOLDER]
//!
//! TARGET is a name of the table below; without FOLDER it begins with the pieces of its target. To add a parser, add
//! a line to `TARGETS` and a function that takes bytes. See `mutate` for the rest.
use mutate::{Arguments, Mutator, Seed};
use std::error::Error;

#[path = "fuzz/bodies.rs"]
mod bodies;
#[path = "fuzz/choices.rs"]
mod choices;
#[path = "fuzz/event.rs"]
mod event;
#[path = "fuzz/plan.rs"]
mod plan;
#[path = "fuzz/schema.rs"]
mod schema;
#[path = "fuzz/seclang.rs"]
mod seclang;
#[path = "fuzz/upload.rs"]
mod upload;
#[path = "fuzz/validator.rs"]
mod validator;
#[path = "fuzz/values.rs"]
mod values;

/// A parser under test.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// Inputs to begin with.
    pub(crate) seeds: &'static [&'static [u8]],
    /// What mutation puts in.
    pub(crate) pieces: &'static [&'static [u8]],
    /// Endings of the files of FOLDER that are seeds.
    pub(crate) endings: &'static [&'static str],
    pub(crate) run: fn(&[u8]),
}

/// Every target. One line each; helpers add theirs at the end.
const TARGETS: &[Target] = &[
    event::EVENT,
    seclang::SECLANG,
    seclang::EXACT,
    bodies::FORM,
    bodies::JSON,
    bodies::MULTIPART,
    bodies::XML,
    bodies::GRAPHQL,
    bodies::CODINGS,
    values::TRANSFORM,
    values::OPERATOR,
    values::INJECTION,
    plan::PLAN,
    schema::SCHEMA,
    upload::UPLOAD,
    validator::VALIDATOR,
];

fn main() -> Result<(), Box<dyn Error>> {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    let arguments = Arguments::of_process(&names)?;
    let target = TARGETS.iter().find(|target| target.name == arguments.target).ok_or("no such target")?;
    let mut seeds: Vec<Seed> = target.seeds.iter().map(|seed| Seed::from(*seed)).collect();
    if let Some(folder) = &arguments.folder {
        seeds.extend(Seed::below(folder, target.endings)?);
    }
    let mut mutator = Mutator::of_bytes(target.pieces, arguments.seed);
    mutate::run("waf", &arguments, &seeds, &mut mutator, |seed| {
        (target.run)(&seed.bytes);
        Ok(0)
    })
}
