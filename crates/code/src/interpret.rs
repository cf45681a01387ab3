//! The abstract interpreter: runs a handler on values of which only something is known.
//!
//! Both ways of a branch are taken and joined, loops run twice, calls of the application's own
//! functions are followed. Local variables are exact in order; objects remember every write, unless
//! one surely replaces another. So a result may name a flow that cannot happen, and what was not
//! reached is told; cost is bounded by [`Limits`].
mod answers;
mod calls;
mod events;
mod expressions;
mod externs;
mod frameworks;
mod functions;
mod guards;
mod identity;
mod members;
mod methods;
mod modules;
mod notes;
mod parameters;
mod patterns;
mod places;
mod record;
mod schemas;
mod sdk;
mod sinks;
mod statements;
mod stored;
mod survives;
mod uses;
mod wrapped;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use model::{Data, FileId, Language, Span};

use crate::Limits;
use crate::heap::{Heap, Object, ObjectKind};
use crate::ir::{Expr, FunctionId, Module, Name};
use crate::taint::{Kinds, Taint};
use crate::value::{ObjectId, ScopeId, Shape, Value};

pub(crate) use events::{Events, Trigger};
pub(crate) use record::{Boundary, RawFlow, Record};

/// Where modules come from.
pub(crate) trait Program {
    /// A module of the application by its path.
    fn module(&self, path: &str) -> Option<Arc<Module>>;
    /// What an import of `name` in the file `from` means.
    fn resolve(&self, from: &str, name: &str, language: Language) -> Resolved;
}

/// What an import means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// A file of the application.
    Local(String),
    /// A folder of the application without a file of its own.
    Folder(String),
    /// Somebody else's package, or a module of the language.
    External,
    /// A file that should be there, and is not.
    Missing,
}

/// The variables of one call of a function, or of a module.
#[derive(Debug, Clone)]
struct Scope {
    vars: BTreeMap<Name, Value>,
    /// Places (`body.name`) that were checked, and what for.
    refined: BTreeMap<String, Kinds>,
    parent: Option<ScopeId>,
    module: Arc<Module>,
    function: FunctionId,
    this: Value,
    /// Places of the event that the program wrote over: `options.program = "date"`.
    placed: BTreeMap<String, Value>,
    /// Variables that hold the result of a test, and the test.
    tests: BTreeMap<Name, Rc<Expr>>,
    /// What its `return`s gave so far.
    returned: Option<Value>,
}

/// How a block ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// The next statement runs.
    Falls,
    /// `return`, `throw`, `break`, `continue`.
    Leaves,
}

/// A module that was loaded, or is being loaded.
#[derive(Debug, Clone)]
struct Loaded {
    namespace: ObjectId,
    /// JavaScript's `module` object.
    holder: ObjectId,
}

/// One run of one handler.
pub(crate) struct Interpreter<'a> {
    program: &'a dyn Program,
    events: &'a Events,
    limits: &'a Limits,
    /// Environment variables as the template sets them.
    environment: &'a BTreeMap<String, Data>,
    heap: Heap,
    scopes: Vec<Scope>,
    here: ScopeId,
    loaded: BTreeMap<String, Loaded>,
    /// Their paths in the order of loading.
    loading: Vec<String>,
    /// Functions on the way: file path and function.
    stack: Vec<(Name, FunctionId)>,
    /// How often each function was entered.
    entered: BTreeMap<(Name, FunctionId), u32>,
    branch: u32,
    branches: u32,
    steps: u64,
    /// Work since the last step that was more than a step's.
    costs: Cell<u64>,
    /// Loops that are being run.
    loops: u32,
    /// What variables hold where a `break` leaves, for each loop and switch that is open.
    breaks: Vec<Option<BTreeMap<Name, Value>>>,
    /// While it is not 0, nothing is recorded.
    quiet: u32,
    /// Modules are being loaded: what is made now outlives an invocation.
    starting: bool,
    /// Code that nothing calls is run at the end, to see what is in it.
    unreached: bool,
    /// Functions that a framework will call with a request.
    routes: Vec<(Value, Option<Name>)>,
    /// Parts of the event that a middleware validates.
    validated: BTreeMap<String, Kinds>,
    /// What stands in files that the program wrote, by their constant path.
    written: BTreeMap<Name, Taint>,
    pub(crate) record: Record,
}

/// How often one function is interpreted in one run; past it, its result is unknown.
const ENTRIES_MAX: u32 = 80;
/// Objects looked through, or variables copied, that count as one step.
const COST_OF_A_STEP: u64 = 4;
const SCOPES_MAX: usize = 400_000;

impl<'a> Interpreter<'a> {
    pub(crate) fn new(
        program: &'a dyn Program,
        events: &'a Events,
        limits: &'a Limits,
        environment: &'a BTreeMap<String, Data>,
    ) -> Self {
        let mut heap = Heap::default();
        // Object 0 stands for all objects past the limit.
        heap.add(Object::new(ObjectKind::Fields));
        Self {
            program,
            events,
            limits,
            environment,
            heap,
            scopes: Vec::new(),
            here: ScopeId(0),
            loaded: BTreeMap::new(),
            loading: Vec::new(),
            stack: Vec::new(),
            entered: BTreeMap::new(),
            branch: 0,
            branches: 0,
            steps: 0,
            costs: Cell::new(0),
            loops: 0,
            breaks: Vec::new(),
            quiet: 0,
            starting: true,
            unreached: false,
            routes: Vec::new(),
            written: BTreeMap::new(),
            validated: BTreeMap::new(),
            record: Record::default(),
        }
    }

    /// Loads the handler's module, finds the export and calls it with the event.
    ///
    /// `false` when the module has no such export.
    pub(crate) fn run(&mut self, path: &str, export: &[String]) -> bool {
        let Some(mut handler) = self.load(path) else { return false };
        for name in export {
            handler = self.member(&handler, &name.as_str().into(), Span::NONE);
        }
        self.starting = false;
        if matches!(handler.shape, Shape::Unknown | Shape::Const(_)) {
            return false;
        }
        self.record.handler = self.place_of(&handler);
        self.invoke_handler(&handler);
        self.rest_of_the_code();
        if self.record.looks_at_failures {
            self.record.uses.retain(|(_, _, name), _| name != sdk::INVOKED);
        }
        true
    }

    /// Functions of followed files that nothing called: what is in them is recorded as not reached.
    fn rest_of_the_code(&mut self) {
        self.unreached = true;
        let paths: Vec<String> = self.loaded.keys().cloned().collect();
        for path in paths {
            let Some(module) = self.program.module(&path) else { continue };
            let Some(scope) = self.module_scope(&path) else { continue };
            for index in 1..module.functions.len() {
                let function = FunctionId(u32::try_from(index).unwrap_or(0));
                let key = (Name::from(path.as_str()), function);
                let is_outer = module.functions.get(index).is_some_and(|function| function.outer.is_some());
                if is_outer && !self.entered.contains_key(&key) {
                    self.enter_unreached(&module, function, scope);
                }
            }
        }
    }

    /// The files that were loaded, the handler's own first, with their language.
    pub(crate) fn files(&self) -> Vec<(FileId, Language)> {
        let modules = self.loading.iter().filter_map(|path| self.program.module(path));
        modules.map(|module| (module.file, module.language)).collect()
    }

    /// The files of which a part could not be read.
    pub(crate) fn broken(&self) -> Vec<&str> {
        let is_broken =
            |path: &&String| self.program.module(path).is_some_and(|module| !module.lost.is_empty());
        self.loading.iter().filter(is_broken).map(String::as_str).collect()
    }

    fn scope(&self, id: ScopeId) -> Option<&Scope> {
        self.scopes.get(id.0 as usize)
    }

    fn scope_mut(&mut self, id: ScopeId) -> Option<&mut Scope> {
        self.scopes.get_mut(id.0 as usize)
    }

    fn new_scope(&mut self, scope: Scope) -> Option<ScopeId> {
        if self.scopes.len() >= SCOPES_MAX {
            self.record.exhausted = true;
            return None;
        }
        self.scopes.push(scope);
        Some(ScopeId(u32::try_from(self.scopes.len() - 1).unwrap_or(u32::MAX)))
    }

    /// The module that is being run.
    fn module(&self) -> Option<Arc<Module>> {
        self.scope(self.here).map(|scope| Arc::clone(&scope.module))
    }

    fn language(&self) -> Language {
        self.scope(self.here).map_or(Language::Other, |scope| scope.module.language)
    }

    fn is_python(&self) -> bool {
        self.language() == Language::Python
    }

    /// A fresh object of the running branch.
    fn make(&mut self, mut object: Object) -> Value {
        object.branch = self.branch;
        object.outlives = self.starting;
        Value::of(Shape::Object(self.heap.add(object)))
    }

    /// Runs something as a branch of its own: writes in it add to objects, they do not replace.
    fn in_branch<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.branch;
        self.branches = self.branches.wrapping_add(1);
        self.branch = self.branches;
        let result = run(self);
        self.branch = outer;
        result
    }

    /// Evaluates without recording anything.
    fn quietly<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.quiet += 1;
        let result = run(self);
        self.quiet -= 1;
        result
    }

    /// Counts work that grows with what a program has made: objects looked through, variables copied.
    fn charge(&self, pieces: usize) {
        self.costs.set(self.costs.get() + pieces as u64);
    }

    /// One step more; false when the budget is spent.
    fn may_go_on(&mut self) -> bool {
        self.steps += 1 + self.costs.take() / COST_OF_A_STEP;
        if self.steps > self.limits.steps_per_function_max || self.heap.is_full() {
            self.record.exhausted = true;
            return false;
        }
        true
    }

    /// Reads a variable: from the innermost scope that has it outwards.
    fn read(&self, name: &Name) -> Option<Value> {
        let mut at = Some(self.here);
        while let Some(scope) = at.and_then(|id| self.scope(id)) {
            if let Some(value) = scope.vars.get(name) {
                return Some(value.clone());
            }
            let function = scope.module.functions.get(scope.function.0 as usize);
            if function.is_some_and(|function| function.locals.contains(name)) && scope.parent.is_some() {
                return Some(Value::UNKNOWN);
            }
            at = scope.parent;
        }
        None
    }

    /// Writes a variable where it belongs.
    fn write(&mut self, name: &Name, value: Value, at: Span) {
        let mut owner = self.here;
        while let Some(scope) = self.scope(owner) {
            let function = scope.module.functions.get(scope.function.0 as usize);
            let is_here = function.is_some_and(|function| function.locals.contains(name));
            match scope.parent {
                Some(parent) if !is_here => owner = parent,
                _ => break,
            }
        }
        let is_own = owner == self.here;
        let is_module = self.scope(owner).is_some_and(|scope| scope.parent.is_none());
        if is_module && !is_own {
            self.note_survival(name, &value, at);
        }
        let Some(scope) = self.scope_mut(owner) else { return };
        if is_own {
            scope.refined.retain(|place, _| !is_below(place, name));
            scope.placed.retain(|place, _| !is_below(place, name));
            scope.vars.insert(Arc::clone(name), value);
        } else {
            let joined = scope.vars.get(name).map_or_else(|| value.clone(), |known| known.join(&value));
            scope.vars.insert(Arc::clone(name), joined);
        }
    }
}

/// Whether a place is `name` or something in it.
fn is_below(place: &str, name: &str) -> bool {
    place.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
