//! Whose a name is: what is bound in a function, and what `global` and `nonlocal` give away.
use std::collections::BTreeSet;

use crate::ir::{FunctionId, Name};

use super::Lowering;

/// One function while its body is lowered.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) function: FunctionId,
    pub(super) outer: Option<FunctionId>,
    /// In the order of their first binding.
    pub(super) locals: Vec<Name>,
    bound: BTreeSet<Name>,
    /// Named by `global` or `nonlocal`.
    given_away: BTreeSet<Name>,
    /// Read before they were bound here: an outer function's, as far as one can see.
    read: BTreeSet<Name>,
    /// Targets of the comprehensions that are open, the outermost first, and what they are called.
    targets: Vec<(Name, Name)>,
    pub(super) is_generator: bool,
    /// The class whose body is being lowered.
    pub(super) class: Option<ClassNames>,
}

/// Names of a class's body, which only the body itself sees: not its methods.
#[derive(Debug, Default)]
pub(super) struct ClassNames {
    known: BTreeSet<Name>,
    /// Those that the body reads, and the variable of the function around that stands for each.
    pub(super) read: Vec<(Name, Name)>,
}

impl Scope {
    pub(super) fn new(function: FunctionId, outer: Option<FunctionId>) -> Self {
        Self {
            function,
            outer,
            locals: Vec::new(),
            bound: BTreeSet::new(),
            given_away: BTreeSet::new(),
            read: BTreeSet::new(),
            targets: Vec::new(),
            is_generator: false,
            class: None,
        }
    }

    pub(super) fn bind(&mut self, name: &Name) {
        if !self.given_away.contains(name) && self.bound.insert(name.clone()) {
            self.locals.push(name.clone());
        }
    }

    fn target(&self, name: &str) -> Option<&Name> {
        self.targets.iter().rev().find(|(written, _)| &**written == name).map(|(_, called)| called)
    }
}

impl Lowering<'_> {
    pub(super) fn bind(&mut self, name: &Name) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.bind(name);
        }
    }

    pub(super) fn give_away(&mut self, name: &str, is_global: bool) {
        let name: Name = name.into();
        if self.scopes.len() < 2 {
            return;
        }
        if is_global && let Some(module) = self.scopes.first_mut() {
            module.bind(&name);
        }
        if let Some(scope) = self.scopes.last_mut() {
            scope.given_away.insert(name);
        }
    }

    /// A name of the class whose body is open.
    pub(super) fn bind_in_class(&mut self, name: &Name) {
        if let Some(class) = self.scopes.last_mut().and_then(|scope| scope.class.as_mut()) {
            class.known.insert(name.clone());
        }
    }

    fn read_in_class(&mut self, name: &str) -> Option<Name> {
        let scope = self.scopes.last()?;
        let class = scope.class.as_ref().filter(|class| class.known.contains(name))?;
        if scope.target(name).is_some() {
            return None;
        }
        if let Some((_, called)) = class.read.iter().find(|(written, _)| &**written == name) {
            return Some(called.clone());
        }
        let called = self.make_up(name);
        let class = self.scopes.last_mut()?.class.as_mut()?;
        class.read.push((name.into(), called.clone()));
        Some(called)
    }

    /// What a name is called where it is read.
    pub(super) fn read_name(&mut self, name: &str) -> Name {
        if let Some(called) = self.read_in_class(name) {
            return called;
        }
        for scope in self.scopes.iter().rev() {
            if let Some(called) = scope.target(name) {
                return called.clone();
            }
            if scope.bound.contains(name) {
                break;
            }
        }
        let name: Name = name.into();
        if let Some(scope) = self.scopes.last_mut()
            && !scope.bound.contains(&name)
        {
            scope.read.insert(name.clone());
        }
        name
    }

    /// Comprehensions have names of their own, but no function of their own here: a target that the
    /// function, or the module, uses for something else is renamed.
    pub(super) fn bind_target(&mut self, name: &str) -> Name {
        let name: Name = name.into();
        let used = self.scopes.last().is_some_and(|scope| {
            scope.bound.contains(&name) || scope.read.contains(&name) || scope.given_away.contains(&name)
        }) || self.scopes.first().is_some_and(|module| module.bound.contains(&name));
        let called = if used { self.make_up(&name) } else { name.clone() };
        if let Some(scope) = self.scopes.last_mut() {
            scope.bind(&called);
            scope.targets.push((name, called.clone()));
        }
        called
    }

    pub(super) fn open_targets(&self) -> usize {
        self.scopes.last().map_or(0, |scope| scope.targets.len())
    }

    pub(super) fn close_targets(&mut self, open: usize) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.targets.truncate(open);
        }
    }

    /// A variable that the source does not have: `x#2`.
    pub(super) fn make_up(&mut self, stem: &str) -> Name {
        self.made_up += 1;
        let name: Name = format!("{stem}#{}", self.made_up).into();
        self.bind(&name);
        name
    }
}
