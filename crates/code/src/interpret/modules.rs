//! Modules: loading them once, imports and exports.
use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Import as Fact, Language, Span};

use super::{Interpreter, Loaded, Resolved, Scope};
use crate::heap::{Object, ObjectKind};
use crate::ir::{FunctionId, Import, Imported, Module, Name};
use crate::value::{ScopeId, Shape, Value};

impl Interpreter<'_> {
    /// Runs a module of the application once; the value is what it exports.
    pub(super) fn load(&mut self, path: &str) -> Option<Value> {
        if let Some(loaded) = self.loaded.get(path).cloned() {
            return Some(self.exports_of(&loaded));
        }
        if self.loaded.len() >= self.limits.files_per_function_max {
            self.record.exhausted = true;
            return None;
        }
        let module = self.program.module(path)?;
        let scope = self.new_scope(Scope {
            vars: BTreeMap::new(),
            refined: BTreeMap::new(),
            placed: BTreeMap::new(),
            tests: BTreeMap::new(),
            parent: None,
            module: Arc::clone(&module),
            function: FunctionId(0),
            this: Value::UNKNOWN,
            returned: None,
        })?;
        let loaded = self.prepare(&module, scope);
        self.loaded.insert(path.to_owned(), loaded.clone());
        self.loading.push(path.to_owned());
        let outer = std::mem::replace(&mut self.here, scope);
        let was_starting = std::mem::replace(&mut self.starting, true);
        if let Some(body) = module.functions.first() {
            self.block(&body.body);
        }
        self.starting = was_starting;
        self.here = outer;
        Some(self.exports_of(&loaded))
    }

    fn prepare(&mut self, module: &Arc<Module>, scope: ScopeId) -> Loaded {
        let kind =
            ObjectKind::Module { scope, path: module.path.as_str().into(), name: dotted(&module.path) };
        let namespace = self.heap.add(Object::new(kind));
        let mut exports = Object::new(ObjectKind::Fields);
        exports.outlives = true;
        let exports = Value::of(Shape::Object(self.heap.add(exports)));
        let mut holder = Object::new(ObjectKind::Fields);
        holder.fields.insert("exports".into(), exports.clone());
        let holder = self.heap.add(holder);
        if module.language != Language::Python
            && let Some(scope) = self.scope_mut(scope)
        {
            scope.vars.insert("module".into(), Value::of(Shape::Object(holder)));
            scope.vars.insert("exports".into(), exports);
        }
        Loaded { namespace, holder }
    }

    fn exports_of(&self, loaded: &Loaded) -> Value {
        let is_python = match self.heap.get(loaded.namespace).map(|object| &object.kind) {
            Some(ObjectKind::Module { scope, .. }) => {
                self.scope(*scope).is_some_and(|scope| scope.module.language == Language::Python)
            }
            _ => false,
        };
        if is_python {
            return Value::of(Shape::Object(loaded.namespace));
        }
        let holder = self.heap.get(loaded.holder);
        holder.and_then(|holder| holder.fields.get("exports").cloned()).unwrap_or(Value::UNKNOWN)
    }

    pub(super) fn module_scope(&self, path: &str) -> Option<ScopeId> {
        let loaded = self.loaded.get(path)?;
        match self.heap.get(loaded.namespace)?.kind {
            ObjectKind::Module { scope, .. } => Some(scope),
            _ => None,
        }
    }

    /// A variable of a module, or a module below it (`a.b`).
    pub(super) fn module_member(&mut self, scope: ScopeId, path: &str, dotted: &str, name: &Name) -> Value {
        if let Some(value) = self.scope(scope).and_then(|scope| scope.vars.get(name)).cloned() {
            return value;
        }
        let below = format!("{dotted}.{name}");
        match self.program.resolve(path, &below, Language::Python) {
            Resolved::Local(found) if found != path => self.load(&found).unwrap_or(Value::UNKNOWN),
            _ => Value::UNKNOWN,
        }
    }

    pub(super) fn export(&mut self, name: &Name, value: Value) {
        let exports = self.read(&"exports".into()).unwrap_or(Value::UNKNOWN);
        if let Some(object) = exports.as_object().and_then(|id| self.heap.get_mut(id)) {
            object.set(name, value, true);
        }
    }

    pub(super) fn export_from(&mut self, module: &Name, names: &[(Name, Name)], at: Span) {
        let from = self.module_value(module, at, false);
        if names.is_empty() {
            let exports = self.read(&"exports".into()).and_then(|exports| exports.as_object());
            exports.into_iter().for_each(|exports| self.copy_fields(exports, &from));
        }
        for (there, here) in names {
            let value = self.imported(&from, &Imported::Named(Arc::clone(there)), at);
            self.export(here, value);
        }
    }

    pub(super) fn import(&mut self, import: &Import) {
        for name in &import.names {
            let value = match (&name.what, self.is_python()) {
                (Imported::Top, _) => {
                    // Loads the whole, binds the first name.
                    self.module_value(&import.module, import.at, import.type_only);
                    let top: Name = import.module.split('.').next().unwrap_or_default().into();
                    self.module_value(&top, import.at, true)
                }
                (Imported::Named(inner), true) => self.python_name(import, inner),
                (what, _) => {
                    let module = self.module_value(&import.module, import.at, import.type_only);
                    self.imported(&module, what, name.at)
                }
            };
            if name.what == Imported::Everything {
                self.import_everything(&value);
            } else {
                self.write(&name.local, value, name.at);
            }
        }
        if import.names.is_empty() {
            self.module_value(&import.module, import.at, import.type_only);
        }
    }

    /// `from module import name`: a variable of it, or a module below it.
    fn python_name(&mut self, import: &Import, name: &Name) -> Value {
        let module = self.module_value(&import.module, import.at, import.type_only);
        let found = self.member(&module, name, import.at);
        let is_found = !matches!(found.shape, Shape::Unknown);
        if is_found || !matches!(module.shape, Shape::Object(_) | Shape::Unknown) {
            return found;
        }
        let is_relative_only = import.module.chars().all(|symbol| symbol == '.');
        let below = if is_relative_only {
            format!("{}{name}", import.module)
        } else {
            format!("{}.{name}", import.module)
        };
        match self.resolve(&below) {
            Resolved::Local(path) => self.load(&path).unwrap_or(Value::UNKNOWN),
            _ => found,
        }
    }

    fn import_everything(&mut self, module: &Value) {
        let scope =
            module.as_object().and_then(|id| self.heap.get(id)).and_then(|object| match object.kind {
                ObjectKind::Module { scope, .. } => Some(scope),
                _ => None,
            });
        let vars = scope.and_then(|scope| self.scope(scope)).map(|scope| scope.vars.clone());
        let here = self.here;
        if let (Some(vars), Some(scope)) = (vars, self.scope_mut(here)) {
            let public = vars.into_iter().filter(|(name, _)| !name.starts_with('_'));
            scope.vars.extend(public);
        }
    }

    fn imported(&mut self, module: &Value, what: &Imported, at: Span) -> Value {
        match what {
            Imported::Named(name) => self.member(module, name, at),
            Imported::Default => {
                let exports = module.as_object().and_then(|id| self.heap.get(id));
                let default = exports.and_then(|exports| exports.fields.get("default").cloned());
                default.unwrap_or_else(|| module.clone())
            }
            Imported::Module | Imported::Top | Imported::Everything => module.clone(),
        }
    }

    fn resolve(&self, name: &str) -> Resolved {
        match self.scope(self.here) {
            Some(scope) => self.program.resolve(&scope.module.path, name, scope.module.language),
            None => Resolved::Missing,
        }
    }

    /// What `require(name)` or an import of `name` gives.
    pub(super) fn module_value(&mut self, name: &Name, at: Span, types_only: bool) -> Value {
        match self.resolve(name) {
            Resolved::Local(path) => self.load(&path).unwrap_or(Value::UNKNOWN),
            Resolved::External => {
                let module = name.strip_prefix("node:").unwrap_or(name);
                if !types_only {
                    self.note_import(module, at);
                }
                Value::external(module)
            }
            // A package without a file: its modules are asked for by their whole name.
            Resolved::Folder(folder) => self.folder(&folder, name),
            Resolved::Missing => {
                if self.quiet == 0 && !types_only && self.record.missing.len() < 100 {
                    let known = self.record.missing.iter().any(|(missing, _)| **missing == **name);
                    if !known {
                        self.record.missing.push((name.to_string(), at));
                    }
                }
                Value::UNKNOWN
            }
        }
    }

    /// A namespace package: nothing runs, its modules are members.
    fn folder(&mut self, folder: &str, name: &Name) -> Value {
        let scope = self.here;
        let Some(known) = self.scope(scope).cloned() else { return Value::UNKNOWN };
        let empty = Scope {
            vars: BTreeMap::new(),
            tests: BTreeMap::new(),
            refined: BTreeMap::new(),
            placed: BTreeMap::new(),
            ..known
        };
        let Some(scope) = self.new_scope(Scope { parent: None, ..empty }) else { return Value::UNKNOWN };
        let path: Name = format!("{folder}/").as_str().into();
        let kind = ObjectKind::Module { scope, path, name: Arc::clone(name) };
        Value::of(Shape::Object(self.heap.add(Object::new(kind))))
    }

    fn note_import(&mut self, module: &str, at: Span) {
        let package = package_of(module, self.is_python());
        let known = self.record.imports.iter().any(|import| import.module == module && import.at == at);
        if !known && self.record.imports.len() < 5_000 {
            self.record.imports.push(Fact { package, module: module.to_owned(), at });
        }
    }
}

/// The package of a module: `lodash/merge` is in `lodash`, `os.path` in `os`.
fn package_of(module: &str, is_python: bool) -> String {
    if is_python {
        return module.split('.').next().unwrap_or(module).to_owned();
    }
    let parts = if module.starts_with('@') { 2 } else { 1 };
    module.split('/').take(parts).collect::<Vec<_>>().join("/")
}

/// The dotted name of a Python file: what its own absolute imports would call it.
fn dotted(path: &str) -> Name {
    let stem = path.trim_end_matches(".py").trim_end_matches("/__init__");
    stem.rsplit('/').next().unwrap_or(stem).into()
}
