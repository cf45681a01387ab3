//! One name for each variable, unique within its function.
//!
//! A block variable that shadows another of the same function, or that would hide an outer variable
//! which the same function uses too, is renamed: `x#2`. Numbers are counted over the whole file, so
//! that no renamed variable can hide another.
use std::collections::{HashMap, HashSet};

use oxc_semantic::{Scoping, SymbolFlags};
use oxc_syntax::scope::ScopeId;
use oxc_syntax::symbol::SymbolId;

use crate::ir::Name;

/// What every symbol of a file is called.
#[derive(Debug)]
pub(super) struct Names {
    symbols: HashMap<SymbolId, Name>,
    /// By the scope of the function that they belong to.
    locals: HashMap<ScopeId, Vec<Name>>,
}

impl Names {
    pub(super) fn new(scoping: &Scoping) -> Self {
        let owners = owners(scoping);
        let owner = |scope| owners.get(&scope).copied().unwrap_or_else(|| scoping.root_scope_id());
        let foreign = foreign(scoping, &owner);
        let mut names = Self { symbols: HashMap::new(), locals: HashMap::new() };
        let mut taken: HashSet<(ScopeId, &str)> = HashSet::new();
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        for symbol in scoping.symbol_ids() {
            let flags = scoping.symbol_flags(symbol);
            let scope = owner(scoping.symbol_scope_id(symbol));
            let plain = scoping.symbol_name(symbol);
            let is_value = flags.intersects(SymbolFlags::Value | SymbolFlags::Import) && !flags.is_ambient();
            let hides = is_value && (foreign.contains(&(scope, plain)) || !taken.insert((scope, plain)));
            let name: Name = if hides {
                let number = numbers.entry(plain).or_insert(1);
                *number += 1;
                format!("{plain}#{number}").into()
            } else {
                plain.into()
            };
            if is_value && !flags.is_enum_member() {
                names.locals.entry(scope).or_default().push(name.clone());
            }
            names.symbols.insert(symbol, name);
        }
        names
    }

    pub(super) fn of(&self, symbol: SymbolId) -> Option<&Name> {
        self.symbols.get(&symbol)
    }

    /// The variables of the function with this scope, in the order of their declarations.
    pub(super) fn locals(&self, function: ScopeId) -> Vec<Name> {
        self.locals.get(&function).cloned().unwrap_or_default()
    }
}

/// For each scope, the scope of the function (or module) that holds its variables.
fn owners(scoping: &Scoping) -> HashMap<ScopeId, ScopeId> {
    let mut owners = HashMap::new();
    // Parents come before their children.
    for scope in scoping.scope_descendants_from_root() {
        let flags = scoping.scope_flags(scope);
        let outer = scoping.scope_parent_id(scope).and_then(|parent| owners.get(&parent).copied());
        let owner = match outer {
            Some(outer) if !flags.is_function() && !flags.is_class_static_block() => outer,
            _ => scope,
        };
        owners.insert(scope, owner);
    }
    owners
}

/// Pairs of a function and a name that means, in that function, a variable of an outer one.
fn foreign<'s>(scoping: &'s Scoping, owner: &dyn Fn(ScopeId) -> ScopeId) -> HashSet<(ScopeId, &'s str)> {
    let mut symbols_by_name: HashMap<&str, usize> = HashMap::new();
    for symbol in scoping.symbol_ids() {
        *symbols_by_name.entry(scoping.symbol_name(symbol)).or_default() += 1;
    }
    let mut foreign = HashSet::new();
    let mut note = |name: &'s str, scopes: &mut dyn Iterator<Item = ScopeId>, home: Option<ScopeId>| {
        let mut seen = HashSet::new();
        for scope in scopes {
            let mut function = owner(scope);
            while Some(function) != home && seen.insert(function) {
                foreign.insert((function, name));
                match scoping.scope_parent_id(function) {
                    Some(parent) => function = owner(parent),
                    None => break,
                }
            }
        }
    };
    for symbol in scoping.symbol_ids() {
        let name = scoping.symbol_name(symbol);
        if symbols_by_name.get(name).is_some_and(|count| *count > 1) {
            let home = owner(scoping.symbol_scope_id(symbol));
            let mut scopes = scoping.get_resolved_references(symbol).map(|reference| reference.scope_id());
            note(name, &mut scopes, Some(home));
        }
    }
    // A name that nothing in the file declares, where something of that name is declared elsewhere.
    let mut unresolved: Vec<_> = scoping.root_unresolved_references().iter().collect();
    unresolved.sort_by_key(|(name, _)| name.as_str());
    for (name, references) in unresolved {
        if symbols_by_name.contains_key(name.as_str()) {
            let mut scopes = references.iter().map(|id| scoping.get_reference(*id).scope_id());
            note(name.as_str(), &mut scopes, None);
        }
    }
    foreign
}
