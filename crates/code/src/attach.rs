//! From the functions of a project to their facts.
use std::collections::{BTreeMap, BTreeSet};

use model::{
    App, Coverage, Data, FileId, Flow, Framework, FunctionCode, Kind, Language, Node, NodeId, Problem,
    ProblemKind, Project, Provider, Relation, Source, Span,
};

use crate::across;
use crate::interpret::{Events, Interpreter, Trigger};
use crate::locate::{Located, bare_handlers, locate};
use crate::program::{Library, View};
use crate::stored::Links;
use crate::{Limits, bind, exposure, facts, parallel};

/// A function whose code is to be read.
struct Job {
    app: usize,
    node: NodeId,
    located: Located,
    /// Name of its module for the library.
    module: Option<String>,
    events: Events,
    environment: BTreeMap<String, Data>,
}

/// Reads the code of every function of a project, and of handlers that no template names, and puts what it
/// does into [`App::code`].
///
/// Files that were read are added to the project; what could not be read becomes a [`Problem`].
pub fn attach(project: &mut Project, source: &dyn Source, limits: &Limits) {
    let library = Library::new(source, limits, project.files.len());
    let mut jobs = jobs_of(project, source, &library);
    let mut done = parallel::each(&jobs, |job| run(job, &library, limits));
    let claimed: BTreeSet<String> = jobs.iter().filter_map(|job| job.located.file.clone()).collect();
    let bare = bare_jobs(project, source, &claimed);
    let found = parallel::each(&bare, |job| run(job, &library, limits));
    // A helper that is merely called `handler` has no event to take.
    let handlers = bare.into_iter().zip(found).filter(|(_, done)| done.code.handler.is_some());
    for (job, one) in handlers {
        jobs.push(job);
        done.push(one);
    }
    let order: Vec<FileId> = done.iter().flat_map(|done| done.code.files.iter().copied()).collect();
    let read = library.into_files(&order);
    done.iter_mut().for_each(|done| done.renumber(&read.ids));
    let mut by_app: BTreeMap<usize, Vec<Done>> = BTreeMap::new();
    for (job, done) in jobs.iter().zip(done) {
        by_app.entry(job.app).or_default().push(done);
    }
    let mut limits_reached = Vec::new();
    for (index, done) in by_app {
        let (mut code, mut links) = (Vec::new(), Vec::new());
        for one in done {
            links.push((one.code.function, one.links));
            code.push(one.code);
            limits_reached.extend(one.problem);
        }
        let links: Vec<(NodeId, &Links)> = links.iter().map(|(function, links)| (*function, links)).collect();
        if let Some(app) = project.apps.get_mut(index) {
            across::join(app, &mut code, &links);
            app.code = code;
        }
    }
    project.files.extend(read.files);
    bind::fill(project);
    project.problems.extend(read.problems);
    project.problems.extend(limits_reached);
}

/// What became of a function.
struct Done {
    code: FunctionCode,
    links: Links,
    /// A limit was reached.
    problem: Option<Problem>,
}

impl Done {
    /// Gives every place in the facts the new id of its file.
    fn renumber(&mut self, ids: &BTreeMap<FileId, FileId>) {
        let new = |id: &mut FileId| *id = ids.get(id).copied().unwrap_or(*id);
        self.code.files.iter_mut().for_each(new);
        let mut at = |span: &mut Span| new(&mut span.file);
        self.code.handler.iter_mut().for_each(&mut at);
        self.code.imports.iter_mut().for_each(|import| at(&mut import.at));
        self.code.uses.iter_mut().for_each(|one| at(&mut one.at));
        self.code.flows.iter_mut().for_each(|flow| renumber_flow(flow, &mut at));
        for call in &mut self.code.calls {
            [&mut call.at, &mut call.callee].into_iter().chain(&mut call.name).for_each(&mut at);
            call.arguments.iter_mut().for_each(|argument| at(&mut argument.at));
        }
        self.links.stored.iter_mut().for_each(|stored| renumber_flow(&mut stored.flow, &mut at));
        for sent in &mut self.links.sent {
            at(&mut sent.at);
            let written = sent.written.iter_mut().flat_map(|written| &mut written.origins);
            for origin in sent.origins.iter_mut().chain(written) {
                origin.steps.iter_mut().for_each(|step| at(&mut step.at));
            }
        }
        self.problem.iter_mut().filter_map(|problem| problem.at.as_mut()).for_each(at);
    }
}

fn renumber_flow(flow: &mut Flow, at: &mut impl FnMut(&mut Span)) {
    at(&mut flow.sink.at);
    at(&mut flow.sink.argument);
    flow.steps.iter_mut().for_each(|step| at(&mut step.at));
}

fn jobs_of(project: &Project, source: &dyn Source, library: &Library<'_>) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (index, app) in project.apps.iter().enumerate() {
        for function in app.functions() {
            let located = locate(project, app, function, source);
            let module = if located.inline {
                inline(project, function, &located, library)
            } else {
                located.file.clone()
            };
            jobs.push(Job {
                app: index,
                node: function.id,
                located,
                module,
                events: events_of(app, function),
                environment: environment_of(function),
            });
        }
    }
    jobs
}

/// Code that stands in the template: parsed so that its lines are the template's.
fn inline(project: &Project, function: &Node, located: &Located, library: &Library<'_>) -> Option<String> {
    let value = function.get("inline_code")?;
    let Data::Text(text) = &value.data else { return None };
    let file = project.file(value.at)?;
    // A block text begins on the line after its indicator.
    let begin = file.place(value.at.start).line as usize;
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let line = (begin..begin + 3)
        .find(|line| file.line(u32::try_from(*line).unwrap_or(0)).is_some_and(|text| text.trim() == first))
        .unwrap_or(begin);
    let key = format!("{}#{}", file.path, function.name);
    let padded = format!("{}{}", "\n".repeat(line.saturating_sub(1)), text.trim_start_matches('\n'));
    library.add_inline(&key, &file.path, &padded, located.language);
    Some(key)
}

/// Everything that starts a function.
fn events_of(app: &App, function: &Node) -> Events {
    let triggers = app.sources(function, Relation::Triggers).filter(|node| node.kind == Kind::Trigger);
    let triggers = triggers.map(|trigger| Trigger {
        name: trigger.name.clone(),
        event: trigger.text("event").unwrap_or_default().to_owned(),
        trust: exposure::trust_of(app, trigger),
    });
    Events { triggers: triggers.collect() }
}

fn environment_of(function: &Node) -> BTreeMap<String, Data> {
    let Some(Data::Map(entries)) = function.get("environment").map(|value| &value.data) else {
        return BTreeMap::new();
    };
    entries.iter().map(|entry| (entry.key.text.clone(), entry.value.data.clone())).collect()
}

fn run(job: &Job, library: &Library<'_>, limits: &Limits) -> Done {
    let empty = |coverage| FunctionCode {
        function: job.node,
        language: job.located.language,
        coverage,
        handler: None,
        files: Vec::new(),
        imports: Vec::new(),
        flows: Vec::new(),
        calls: Vec::new(),
        uses: Vec::new(),
    };
    let nothing = |code| Done { code, links: Links::default(), problem: None };
    if let Some(why) = &job.located.why_not {
        return nothing(empty(Coverage::None(why.clone())));
    }
    let Some(module) = &job.module else {
        return nothing(empty(Coverage::None("its code is not in this folder".to_owned())));
    };
    let view = View { library, roots: &job.located.roots };
    let mut interpreter = Interpreter::new(&view, &job.events, limits, &job.environment);
    let found = interpreter.run(module, &job.located.export);
    let files = interpreter.files();
    let mut code = empty(Coverage::Whole);
    code.coverage = facts::coverage(&interpreter.record, found, &job.located);
    let broken = interpreter.broken();
    if code.coverage == Coverage::Whole && !broken.is_empty() {
        code.coverage = Coverage::Partial(format!("not all could be read of {}", broken.join(", ")));
    }
    let problem = interpreter.record.exhausted.then(|| Problem {
        kind: ProblemKind::Limit,
        path: module.clone(),
        at: interpreter.record.handler,
        message: "the code is larger than what is analysed of one function".to_owned(),
        help: "part of it was not followed; split the function, or scan its parts".to_owned(),
    });
    let links = facts::fill(&mut code, std::mem::take(&mut interpreter.record), &job.events);
    code.files = files.iter().map(|(file, _)| *file).collect();
    if let Some((_, language)) = files.first() {
        code.language = *language;
    }
    Done { code, links, problem }
}

/// Handlers that no template names become functions of the files' own application.
fn bare_jobs(project: &mut Project, source: &dyn Source, claimed: &BTreeSet<String>) -> Vec<Job> {
    let mut jobs = Vec::new();
    let found = bare_handlers(source, claimed);
    if found.is_empty() {
        return jobs;
    }
    project.files_app();
    let Some(index) = project.apps.iter().position(|app| app.framework == Framework::Files) else {
        return jobs;
    };
    let Some(app) = project.apps.get_mut(index) else { return jobs };
    for (path, export) in found {
        let id = NodeId(u32::try_from(app.nodes.len()).unwrap_or(u32::MAX));
        app.nodes.push(bare_function(id, &path, &export));
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let language = if path.ends_with(".py") { Language::Python } else { Language::JavaScript };
        jobs.push(Job {
            app: index,
            node: id,
            located: Located {
                language,
                file: Some(path.clone()),
                export: vec![export],
                roots: vec![folder],
                inline: false,
                note: None,
                why_not: None,
            },
            module: Some(path),
            events: Events::default(),
            environment: BTreeMap::new(),
        });
    }
    jobs
}

fn bare_function(id: NodeId, path: &str, export: &str) -> Node {
    Node {
        id,
        kind: Kind::Function,
        name: format!("{path}:{export}"),
        provider: Provider::Aws,
        provider_type: String::new(),
        construct: None,
        span: Span::NONE,
        name_at: Span::NONE,
        attrs: BTreeMap::new(),
        policies: Vec::new(),
        resource_policies: Vec::new(),
        owner: None,
        skips: Vec::new(),
        implicit: true,
        partial: true,
    }
}
