//! `buckler guard patch`: adds the layer and its variables to each function, where its template stands.
//!
//! INVARIANT: nothing is written before the changed templates were read again: the functions have what they were to get,
//! and nothing else changed.
mod show;
mod wish;

use std::collections::{BTreeMap, BTreeSet};

use iac::{Edit, Editor, Equipment};
use model::{App, FileId, Node, Project};

use crate::args::PatchArguments;
use crate::commands::fix::{Overlay, Texts, write};
use crate::commands::{CommandError, reading};
use crate::exit::Exit;
use crate::output;
use wish::Wish;

/// What came of one function.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    /// Its template is changed.
    Changed,
    /// It has everything already.
    Already,
    /// Not by this command: why.
    ByHand(String),
}

/// One function, and what is told of it.
#[derive(Debug)]
struct Patched {
    function: String,
    place: String,
    outcome: Outcome,
    /// What is left to do for a person.
    notes: Vec<String>,
    /// What to write by hand, where the template is not changed.
    snippet: Option<String>,
}

/// All functions and all changes.
#[derive(Debug, Default)]
struct Work {
    patched: Vec<Patched>,
    edits: Vec<Edit>,
    originals: Texts,
    texts: Texts,
}

pub(super) fn run(arguments: &PatchArguments) -> Result<Exit, CommandError> {
    if arguments.write && arguments.layer.is_none() {
        return Err(CommandError::Guard {
            why: "`--write` needs the published layer: name it with `--layer ARN`".to_owned(),
        });
    }
    let read = reading::read(&arguments.reading)?;
    let work = work(&read, arguments)?;
    if arguments.write && !work.texts.is_empty() {
        write::write(&read.disk, &work.texts, &work.originals)?;
    }
    let text = match (arguments.json, arguments.diff) {
        (true, _) => show::json(&work, &read.project, arguments.write),
        (false, true) => iac::unified(&read.project, &work.edits),
        (false, false) => show::text(&work, &read.project, arguments.write),
    };
    output::put(&arguments.reading.writing, &text)?;
    let is_left = work.patched.iter().any(|one| matches!(one.outcome, Outcome::ByHand(_)));
    Ok(match () {
        () if work.patched.is_empty() || is_left => Exit::Incomplete,
        () if !work.texts.is_empty() && !arguments.write => Exit::Findings,
        () => Exit::Clean,
    })
}

fn work(read: &reading::Read, arguments: &PatchArguments) -> Result<Work, CommandError> {
    let project = &read.project;
    let wanted = |node: &Node| arguments.function.is_empty() || arguments.function.contains(&node.name);
    let mut editor = Editor::new(project);
    let mut work = Work::default();
    let mut changed = Vec::new();
    for app in &project.apps {
        for node in app.functions().filter(|node| wanted(node)) {
            let wish = Wish::new(app, node, arguments);
            let patched = patch(&mut editor, (read, app, node), &wish);
            if patched.outcome == Outcome::Changed {
                changed.push((app.name.clone(), node.name.clone(), wish));
            }
            work.patched.push(patched);
        }
    }
    if let Some(name) =
        arguments.function.iter().find(|name| work.patched.iter().all(|one| one.function != **name))
    {
        return Err(CommandError::Function { name: name.clone() });
    }
    work.edits = editor.edits();
    let mut by_file: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
    for edit in &work.edits {
        by_file.entry(edit.at.file).or_default().push(edit.clone());
    }
    for (id, edits) in by_file {
        let Some(file) = project.files.get(id.0 as usize) else { continue };
        work.originals.insert(file.path.clone(), file.text.to_string());
        work.texts.insert(file.path.clone(), iac::apply(&file.text, &edits));
    }
    prove(read, &work, &changed)?;
    Ok(work)
}

/// One function.
fn patch(editor: &mut Editor<'_>, (read, app, node): (&reading::Read, &App, &Node), wish: &Wish) -> Patched {
    let project = &read.project;
    let place = project.locate(node.span);
    let mut patched = Patched {
        function: node.name.clone(),
        place,
        outcome: Outcome::Already,
        notes: wish.notes.clone(),
        snippet: None,
    };
    let path = project.file(node.name_at).map(|file| file.path.clone()).unwrap_or_default();
    let refused = wish.refused.clone().or_else(|| write::may_not(&read.disk, &path));
    let result = match refused {
        Some(why) => Err(why),
        None => {
            let before = editor.edits();
            editor.equip(app, node, &wish.equipment).map(|()| editor.edits() != before).map_err(|no| no.why)
        }
    };
    match result {
        Ok(true) => patched.outcome = Outcome::Changed,
        // Another function of the same block may have brought the change.
        Ok(false) if wish.has_all(node) => patched.outcome = Outcome::Already,
        Ok(false) => patched.outcome = Outcome::Changed,
        Err(why) => {
            patched.outcome = Outcome::ByHand(why);
            patched.snippet = Some(show::snippet(app, node, wish));
        }
    }
    patched
}

/// Reads the changed templates, and looks whether they say what they are to say.
fn prove(read: &reading::Read, work: &Work, changed: &[(String, String, Wish)]) -> Result<(), CommandError> {
    if work.texts.is_empty() {
        return Ok(());
    }
    let after = iac::read(&Overlay { below: &read.disk, texts: &work.texts }, &read.options);
    let wrong = |why: String| Err(CommandError::Guard { why: format!("nothing is written: {why}") });
    let app = |project: &Project, name: &str| project.apps.iter().find(|app| app.name == name).cloned();
    for (name, function, wish) in changed {
        let after = app(&after, name);
        let node = after.as_ref().and_then(|app| app.named(function));
        if !node.is_some_and(|node| wish.has_all(node)) {
            return wrong(format!("`{function}` would not have the layer and its variables"));
        }
    }
    for before in &read.project.apps {
        let Some(after) = app(&after, &before.name) else {
            return wrong(format!("`{}` could not be read any more", before.name));
        };
        let mine: BTreeSet<&str> = changed
            .iter()
            .filter(|(app, _, _)| *app == before.name)
            .map(|(_, function, _)| function.as_str())
            .collect();
        let found = iac::differences(before, &after);
        let strange = found.iter().find(|one| !one.nodes.iter().any(|name| mine.contains(name.as_str())));
        if let Some(strange) = strange {
            return wrong(strange.what.clone());
        }
    }
    Ok(())
}

impl Wish {
    /// Whether the graph shows all of it.
    fn has_all(&self, node: &Node) -> bool {
        let Equipment { layer, variables } = &self.equipment;
        let environment = node.get("environment");
        let has =
            |name: &str| environment.is_some_and(|known| known.get(name).is_some() || known.is_unknown());
        let layers = node.get("layers").map(|layers| layers.one_or_many().len());
        !layer.is_empty()
            && layers.is_some_and(|count| count > 0)
            && variables.iter().all(|(name, _)| has(name))
    }
}
