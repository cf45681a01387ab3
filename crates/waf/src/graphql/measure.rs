//! How deep, how broad and how dear a document is.
use super::document::{Data, Directive, Document, Field, Fragment, Operation, Selection};
use super::{Bounds, GraphQlError};
use serde_json::Value;
use std::collections::BTreeMap;

/// Sums over a document, fragments counted wherever they are spread; sums stop at `u64::MAX`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// Fields within fields, of the deepest operation.
    pub depth: u64,
    /// Fields of all operations.
    pub fields: u64,
    /// Fields under another name.
    pub aliases: u64,
    pub directives: u64,
    /// `__schema` or `__type` is asked for, also in a fragment that nothing spreads.
    pub introspection: bool,
    pub operations: u64,
    /// Fields at the top of the broadest operation: each is a question of its own.
    pub roots: u64,
}

/// What fields cost. All weights are of your own unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights {
    /// By name of the field.
    pub fields: BTreeMap<String, u64>,
    /// Of every other field.
    pub field_default: u64,
    /// Arguments that say how many things a field gives: what lies below it counts that often.
    pub list_arguments: Vec<String>,
    /// How many things such an argument means when its value is not known or no number.
    pub list_size_unknown: u64,
    /// Fields that give a list although no argument says how long.
    pub lists: BTreeMap<String, u64>,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            fields: BTreeMap::new(),
            field_default: 1,
            list_arguments: ["first", "last", "limit", "size", "take", "perPage", "pageSize"]
                .map(str::to_owned)
                .to_vec(),
            list_size_unknown: 100,
            lists: BTreeMap::new(),
        }
    }
}

/// Measures a document.
///
/// # Errors
/// What the grammar or the bounds refuse, and fragments that are missing or go in a circle.
pub fn measure(document: &str, bounds: &Bounds) -> Result<Measure, GraphQlError> {
    let document = Document::read(document, bounds)?;
    let weights = Weights::default();
    let mut walk = Walk::new(&document, &weights, &Value::Null);
    let mut whole = Measure { operations: document.operations.len() as u64, ..Measure::default() };
    for operation in &document.operations {
        let sums = walk.operation(operation)?;
        whole.depth = whole.depth.max(sums.depth);
        whole.roots = whole.roots.max(sums.roots);
        whole.fields = whole.fields.saturating_add(sums.fields);
        whole.aliases = whole.aliases.saturating_add(sums.aliases);
        whole.directives = whole.directives.saturating_add(sums.directives);
    }
    for position in 0..document.fragments.len() {
        walk.fragment(position)?;
    }
    whole.introspection = walk.introspection;
    Ok(whole)
}

/// The cost of the dearest operation: a field's weight, and all below it as often as the field gives things.
///
/// # Errors
/// As [`measure`].
pub fn cost(
    document: &str,
    variables: &Value,
    weights: &Weights,
    bounds: &Bounds,
) -> Result<u64, GraphQlError> {
    let document = Document::read(document, bounds)?;
    let mut dearest = 0;
    for operation in &document.operations {
        let mut walk = Walk::new(&document, weights, variables);
        dearest = walk.operation(operation)?.cost.max(dearest);
    }
    Ok(dearest)
}

#[derive(Clone, Copy, Default)]
struct Sums {
    depth: u64,
    fields: u64,
    aliases: u64,
    directives: u64,
    roots: u64,
    cost: u64,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.depth = self.depth.max(other.depth);
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.roots = self.roots.saturating_add(other.roots);
        self.cost = self.cost.saturating_add(other.cost);
    }
}

#[derive(Clone, Copy)]
enum State {
    New,
    Open,
    Done(Sums),
}

struct Walk<'d> {
    fragments: &'d [Fragment<'d>],
    by_name: BTreeMap<&'d str, usize>,
    states: Vec<State>,
    weights: &'d Weights,
    variables: &'d Value,
    defaults: BTreeMap<&'d str, &'d Data<'d>>,
    introspection: bool,
    /// Selections within selections, through fragments: measuring recurses.
    level: usize,
}

/// The most of them.
const LEVELS_MAX: usize = 256;

impl<'d> Walk<'d> {
    fn new(document: &'d Document<'d>, weights: &'d Weights, variables: &'d Value) -> Self {
        let fragments = document.fragments.as_slice();
        let by_name =
            fragments.iter().enumerate().map(|(position, fragment)| (fragment.name, position)).collect();
        let states = vec![State::New; fragments.len()];
        Self {
            fragments,
            by_name,
            states,
            weights,
            variables,
            defaults: BTreeMap::new(),
            introspection: false,
            level: 0,
        }
    }

    fn operation(&mut self, operation: &'d Operation<'d>) -> Result<Sums, GraphQlError> {
        self.defaults = operation.defaults.iter().map(|(name, value)| (*name, value)).collect();
        let mut sums = self.selections(&operation.selections)?;
        sums.directives = sums.directives.saturating_add(operation.directives.len() as u64);
        Ok(sums)
    }

    fn selections(&mut self, selections: &'d [Selection<'d>]) -> Result<Sums, GraphQlError> {
        let mut sums = Sums::default();
        self.level += 1;
        if self.level > LEVELS_MAX {
            return Err(GraphQlError::Nesting { max: LEVELS_MAX });
        }
        for selection in selections {
            match selection {
                Selection::Field(field) => sums.add(self.field(field)?),
                Selection::Spread { name, directives } => {
                    let missing = || GraphQlError::Fragment { name: (*name).to_owned() };
                    let position = *self.by_name.get(name).ok_or_else(missing)?;
                    sums.add(self.fragment(position)?);
                    sums.add(of_directives(directives));
                }
                Selection::Inline { directives, selections } => {
                    sums.add(self.selections(selections)?);
                    sums.add(of_directives(directives));
                }
            }
        }
        self.level -= 1;
        Ok(sums)
    }

    fn field(&mut self, field: &'d Field<'d>) -> Result<Sums, GraphQlError> {
        self.introspection |= matches!(field.name, "__schema" | "__type");
        let below = self.selections(&field.selections)?;
        let weight = self.weights.fields.get(field.name).copied().unwrap_or(self.weights.field_default);
        Ok(Sums {
            depth: below.depth.saturating_add(1),
            fields: below.fields.saturating_add(1),
            aliases: below.aliases.saturating_add(u64::from(field.alias.is_some())),
            directives: below.directives.saturating_add(field.directives.len() as u64),
            roots: 1,
            cost: below.cost.saturating_mul(self.list_size(field)).saturating_add(weight),
        })
    }

    /// The sums of a fragment, which are worked out once.
    fn fragment(&mut self, position: usize) -> Result<Sums, GraphQlError> {
        let Some(fragment) = self.fragments.get(position) else { return Ok(Sums::default()) };
        let circle = || GraphQlError::Circle { name: fragment.name.to_owned() };
        match self.states.get(position) {
            Some(State::Done(sums)) => return Ok(*sums),
            Some(State::Open) => return Err(circle()),
            _ => {}
        }
        self.set(position, State::Open);
        let mut sums = self.selections(&fragment.selections)?;
        sums.add(of_directives(&fragment.directives));
        self.set(position, State::Done(sums));
        Ok(sums)
    }

    fn set(&mut self, position: usize, state: State) {
        if let Some(slot) = self.states.get_mut(position) {
            *slot = state;
        }
    }

    fn list_size(&self, field: &Field<'_>) -> u64 {
        let asked = field
            .arguments
            .iter()
            .filter(|(name, _)| self.weights.list_arguments.iter().any(|known| known == name));
        let largest =
            asked.map(|(_, value)| self.number(value).unwrap_or(self.weights.list_size_unknown)).max();
        largest.or_else(|| self.weights.lists.get(field.name).copied()).unwrap_or(1)
    }

    fn number(&self, value: &Data<'_>) -> Option<u64> {
        match value {
            Data::Word(word) => word.parse().ok(),
            Data::Variable(name) => match self.variables.get(name) {
                Some(Value::Null) | None => match self.defaults.get(name) {
                    Some(Data::Word(word)) => word.parse().ok(),
                    _ => None,
                },
                Some(value) => value.as_u64(),
            },
            _ => None,
        }
    }
}

fn of_directives(directives: &[Directive<'_>]) -> Sums {
    Sums { directives: directives.len() as u64, ..Sums::default() }
}
