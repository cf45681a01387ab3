//! From a [`RuleSet`] to [`Rules`].
use super::PlanError;
use super::names::{Names, Slot};
use super::plan::{
    Compare, Effect, Exception, Flow, Link, Origin, Pick, Rule, Rules, Set, SetChange, SetName, SetTo, Step,
    Tags, Test, Text, position, tags_fixed,
};
use super::source::{Compiler, persistent};
use crate::rule::{
    self, Action, Collection, Control, Disruptive, Item, Operator, RuleSet, SetVariable, Target,
    VariableChange,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Shorter texts of `@contains` are no pattern.
const CONTAINED_BYTES_MIN: usize = 4;

/// Compiles every rule; stops at the first problem.
pub(super) fn compile(set: &RuleSet, names: &mut Names, regex_steps_max: usize) -> Result<Rules, PlanError> {
    let mut rules = Rules::default();
    let markers = markers(set);
    let index = Index::new(set);
    for item in &set.items {
        match item {
            Item::Marker(name) => {
                let number = markers.get(name.as_str()).copied().unwrap_or(u32::MAX);
                add_marker(&mut rules, number, 0..5);
            }
            Item::Rule(rule) => {
                let mut compiler = Compiler {
                    names,
                    uses: &mut rules.uses,
                    regex_steps_max,
                    at: rule.at.clone(),
                    rule: rule.id,
                    in_message: false,
                };
                let compiled = compile_rule(&mut compiler, rule, &markers, &index)?;
                let number = u32::try_from(rules.rules.len()).unwrap_or(u32::MAX);
                let phase = position(rule.phase);
                if let Some(steps) = rules.phases.get_mut(phase) {
                    steps.push(Step::Rule(number));
                }
                rules.rules.push(compiled);
                // `skipAfter` may name a rule: it goes on behind it.
                if let Some(number) = markers.get(rule.id.to_string().as_str()) {
                    add_marker(&mut rules, *number, phase..phase + 1);
                }
            }
        }
    }
    Ok(rules)
}

/// Asks every pattern of names of `TX` about the names that rules write out, once all of them are known.
pub(super) fn name_slots(rules: &mut Rules, names: &mut Names) {
    let links = rules.rules.iter_mut().flat_map(|rule| &mut rule.links);
    for source in links.flat_map(|link| &mut link.sources) {
        let (Origin::Tx, Pick::Regex(shared)) = (source.from, &mut source.pick) else { continue };
        // Nobody else has it yet.
        let Some(pattern) = Arc::get_mut(shared) else { continue };
        let slots = (0..names.len()).map(|slot| u32::try_from(slot).unwrap_or(u32::MAX));
        pattern.slots = slots.map(|slot| pattern.matches(names.written(Slot(slot)))).collect();
        pattern.names_slot = pattern.slots.contains(&true);
        pattern.number = names.next_pattern();
        if pattern.number.is_some() {
            names.add_pattern(Arc::clone(shared));
        }
    }
}

fn add_marker(rules: &mut Rules, number: u32, phases: std::ops::Range<usize>) {
    for phase in phases {
        let (Some(steps), Some(markers)) = (rules.phases.get_mut(phase), rules.markers.get_mut(phase)) else {
            continue;
        };
        if markers.len() <= number as usize {
            markers.resize(number as usize + 1, Vec::new());
        }
        if let Some(places) = markers.get_mut(number as usize) {
            places.push(u32::try_from(steps.len()).unwrap_or(u32::MAX));
        }
        steps.push(Step::Marker(number));
    }
}

/// A number for every name that a marker or `skipAfter` has.
fn markers(set: &RuleSet) -> BTreeMap<&str, u32> {
    let mut numbers = BTreeMap::new();
    for item in &set.items {
        let name = match item {
            Item::Marker(name) => name,
            Item::Rule(rule) => match &rule.flow {
                Some(rule::Flow::SkipAfter(name)) => name,
                _ => continue,
            },
        };
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        numbers.entry(name.as_str()).or_insert(next);
    }
    numbers
}

/// Which rules an id, a message, a tag means.
struct Index<'a> {
    rules: Vec<&'a rule::Rule>,
}

impl<'a> Index<'a> {
    fn new(set: &'a RuleSet) -> Self {
        let rules = set.items.iter().filter_map(|item| match item {
            Item::Rule(rule) => Some(&**rule),
            Item::Marker(_) => None,
        });
        Self { rules: rules.collect() }
    }

    fn of(&self, wanted: impl Fn(&rule::Rule) -> bool) -> Vec<u32> {
        (0..).zip(&self.rules).filter(|(_, rule)| wanted(rule)).map(|(number, _)| number).collect()
    }

    fn of_ids(&self, ids: &[(u64, u64)]) -> Vec<u32> {
        self.of(|rule| ids.iter().any(|(first, last)| (*first..=*last).contains(&rule.id)))
    }

    /// ModSecurity v3 compares a tag as it stands; it is no pattern.
    fn of_tag(&self, tag: &str) -> Vec<u32> {
        self.of(|rule| rule.metadata.tags.iter().any(|own| own.as_text() == Some(tag.as_bytes())))
    }

    fn of_message(&self, message: &str) -> Vec<u32> {
        self.of(|rule| {
            rule.metadata.message.as_ref().and_then(rule::Macro::as_text) == Some(message.as_bytes())
        })
    }
}

fn compile_rule(
    compiler: &mut Compiler<'_>,
    rule: &rule::Rule,
    markers: &BTreeMap<&str, u32>,
    index: &Index<'_>,
) -> Result<Rule, PlanError> {
    let mut links = Vec::with_capacity(rule.links.len());
    for link in &rule.links {
        links.push(compile_link(compiler, link, index)?);
    }
    let flow = match &rule.flow {
        None => None,
        Some(rule::Flow::Skip(count)) => Some(Flow::Skip(*count)),
        Some(rule::Flow::SkipAfter(name)) => markers.get(name.as_str()).map(|number| Flow::After(*number)),
    };
    compiler.in_message = true;
    let metadata = &rule.metadata;
    let message = metadata.message.as_ref().map(|text| compiler.text(text)).transpose()?;
    let data = metadata.data.as_ref().map(|text| compiler.text(text)).transpose()?;
    let tags = match tags_fixed(metadata) {
        Some(tags) => Tags::Fixed(tags),
        None => Tags::Expanded(metadata.tags.iter().map(|tag| compiler.text(tag)).collect::<Result<_, _>>()?),
    };
    compiler.in_message = false;
    let location = match &rule.disruptive {
        Disruptive::Redirect(location) => Some(compiler.text(location)?),
        _ => None,
    };
    Ok(Rule {
        id: rule.id,
        phase: rule.phase,
        links,
        disruptive: rule.disruptive.clone(),
        location,
        status: rule.status,
        flow,
        log: rule.log,
        message,
        data,
        severity: metadata.severity,
        tags,
        revision: metadata.revision.clone(),
        member: None,
        notes: None,
    })
}

fn compile_link(
    compiler: &mut Compiler<'_>,
    link: &rule::Link,
    index: &Index<'_>,
) -> Result<Link, PlanError> {
    let mut compiled = Link {
        sources: compiler.sources(&link.targets)?,
        pipeline: link.transformations.clone(),
        test: if link.targets.is_empty() { Test::Action } else { test(compiler, &link.operation.operator)? },
        has_pattern: has_pattern(&link.operation.operator),
        negated: link.operation.negated,
        multi_match: link.multi_match,
        capture: link.capture,
        sets: Vec::new(),
        effects: Vec::new(),
    };
    for action in &link.actions {
        match action {
            Action::SetVariable(set) => {
                if let Some(set) = set_variable(compiler, set)? {
                    compiled.sets.push(set);
                }
            }
            other => {
                if let Some(effect) = effect(compiler, other, index)? {
                    compiled.effects.push(effect);
                }
            }
        }
    }
    Ok(compiled)
}

/// Whether an automaton can ask for an operator. Short texts stand in every other value: they are asked for themselves.
fn has_pattern(operator: &Operator) -> bool {
    match operator {
        Operator::Rx(_) | Operator::Pm(_) => true,
        Operator::Contains(text) | Operator::StrMatch(text) => {
            text.as_text().is_some_and(|text| text.len() >= CONTAINED_BYTES_MIN)
        }
        _ => false,
    }
}

fn test(compiler: &mut Compiler<'_>, operator: &Operator) -> Result<Test, PlanError> {
    Ok(match operator {
        Operator::UnconditionalMatch => Test::Always,
        Operator::NoMatch | Operator::Unsupported { .. } => Test::Never,
        Operator::Eq(text) => Test::Number(Compare::Equal, compiler.text(text)?),
        Operator::Ge(text) => Test::Number(Compare::AtLeast, compiler.text(text)?),
        Operator::Gt(text) => Test::Number(Compare::Above, compiler.text(text)?),
        Operator::Le(text) => Test::Number(Compare::AtMost, compiler.text(text)?),
        Operator::Lt(text) => Test::Number(Compare::Below, compiler.text(text)?),
        other => {
            let argument = match other {
                Operator::Rx(text)
                | Operator::RxGlobal(text)
                | Operator::BeginsWith(text)
                | Operator::Contains(text)
                | Operator::ContainsWord(text)
                | Operator::EndsWith(text)
                | Operator::StrEq(text)
                | Operator::StrMatch(text)
                | Operator::Within(text) => compiler.text(text)?,
                _ => Text::fixed(b""),
            };
            Test::Matcher(Box::new(compiler.matcher(other)?), argument)
        }
    })
}

fn set_variable(compiler: &mut Compiler<'_>, set: &SetVariable) -> Result<Option<Set>, PlanError> {
    let to = match (set.collection, persistent(set.collection)) {
        (Collection::Tx, _) => SetTo::Tx,
        (_, Some(collection)) => SetTo::Persistent(collection),
        _ => return Ok(None),
    };
    let name = match (to, set.name.as_text()) {
        (SetTo::Tx, Some(name)) => SetName::Slot(compiler.names.slot(name)),
        _ => SetName::Text(compiler.text(&set.name)?),
    };
    let change = match &set.change {
        VariableChange::Set(text) => SetChange::Set(compiler.text(text)?),
        VariableChange::Add(text) => SetChange::Add(compiler.text(text)?),
        VariableChange::Subtract(text) => SetChange::Subtract(compiler.text(text)?),
        VariableChange::Remove => SetChange::Remove,
    };
    Ok(Some(Set { to, name, change }))
}

fn effect(
    compiler: &mut Compiler<'_>,
    action: &Action,
    index: &Index<'_>,
) -> Result<Option<Effect>, PlanError> {
    Ok(match action {
        // `deprecatevar` is read and ignored, as ModSecurity v3 does; `setvar` stands elsewhere.
        Action::SetVariable(_) | Action::DeprecateVariable { .. } => None,
        Action::ExpireVariable { collection, name, seconds } => match persistent(*collection) {
            None => None,
            Some(collection) => Some(Effect::Expire {
                collection,
                name: compiler.text(name)?,
                seconds: compiler.text(seconds)?,
            }),
        },
        Action::InitCollection { collection, key } => {
            Some(Effect::Begin { collection: *collection, key: compiler.text(key)?, keyed: false })
        }
        Action::SetKey { collection, key } => {
            Some(Effect::Begin { collection: *collection, key: compiler.text(key)?, keyed: true })
        }
        Action::SetEnv { name, value } => {
            Some(Effect::SetEnvironment { name: compiler.text(name)?, value: compiler.text(value)? })
        }
        Action::Control(control) => Some(match control {
            Control::RuleRemoveById(ids) => Effect::Remove(index.of_ids(ids)),
            Control::RuleRemoveByMsg(message) => Effect::Remove(index.of_message(message)),
            Control::RuleRemoveByTag(tag) => Effect::Remove(index.of_tag(tag)),
            Control::RuleRemoveTargetById { ids, target } => {
                exception(compiler, index.of_ids(&[*ids]), target)?
            }
            Control::RuleRemoveTargetByMsg { msg, target } => {
                exception(compiler, index.of_message(msg), target)?
            }
            Control::RuleRemoveTargetByTag { tag, target } => exception(compiler, index.of_tag(tag), target)?,
            other => Effect::Control(other.clone()),
        }),
    })
}

fn exception(compiler: &mut Compiler<'_>, rules: Vec<u32>, target: &Target) -> Result<Effect, PlanError> {
    let pick: Pick = compiler.pick(target)?;
    Ok(Effect::RemoveTarget(Arc::new(Exception { rules, collection: target.collection, pick })))
}

/// Whether a collection is a part of the moment.
pub(super) fn is_time(collection: Collection) -> bool {
    matches!(
        collection,
        Collection::Time
            | Collection::TimeDay
            | Collection::TimeEpoch
            | Collection::TimeHour
            | Collection::TimeMin
            | Collection::TimeMon
            | Collection::TimeSec
            | Collection::TimeWday
            | Collection::TimeYear
            | Collection::Duration
    )
}
