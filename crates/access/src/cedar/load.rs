//! Policies, links and entities from files, with the place of every problem.
use std::collections::{BTreeMap, HashMap};

use cedar_policy::{
    Entities, Entity, EntityUid, EvalResult, Policy, PolicyId, PolicySet, SlotId, Template, ValidationMode,
    Validator,
};
use miette::Diagnostic;
use serde::Deserialize;

use super::schema::{Known, told};
use super::text::{Statement, statements};
use crate::policy::{File, Files, Place, Problem};

/// Most policies, all files together.
const POLICIES_MAX: usize = 10_000;

/// Policies with the place of each.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub set: PolicySet,
    pub places: BTreeMap<String, Place>,
    pub warnings: Vec<Problem>,
}

/// A link of a template.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    template: String,
    id: String,
    #[serde(default)]
    principal: Option<String>,
    #[serde(default)]
    resource: Option<String>,
}

pub(super) fn policies(known: &Known, files: &Files) -> Result<Loaded, Vec<Problem>> {
    let mut loaded = Loaded::default();
    let mut problems = Vec::new();
    for file in &files.policies {
        for (index, statement) in statements(&file.text).into_iter().enumerate() {
            let at = Place::of(file, statement.offset);
            let default = format!("{}#{}", stem(&file.name), index + 1);
            if let Err(found) = add(&mut loaded, file, statement, default) {
                problems.extend(found);
            }
            if loaded.places.len() > POLICIES_MAX {
                let message = format!("more than {POLICIES_MAX} policies");
                problems.push(Problem { place: at, message });
                return Err(problems);
            }
        }
    }
    if loaded.places.is_empty() && problems.is_empty() {
        let message = "no policy was found, so everything would be denied".to_owned();
        problems.push(Problem { place: Place::setting("cedar.policies"), message });
    }
    if let Some(file) = &files.links {
        link(&mut loaded, file, &mut problems);
    }
    validate(known, &mut loaded, &mut problems);
    if problems.is_empty() { Ok(loaded) } else { Err(problems) }
}

/// A file's name without folders and ending.
fn stem(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.strip_suffix(".cedar").unwrap_or(name)
}

fn add(
    loaded: &mut Loaded,
    file: &File,
    statement: Statement<'_>,
    default: String,
) -> Result<(), Vec<Problem>> {
    let place = Place::of(file, statement.offset);
    let parsed = match Policy::parse(None, statement.text) {
        Ok(policy) => Ok(policy),
        Err(error) => match Template::parse(None, statement.text) {
            Ok(template) => return add_template(loaded, template, default, place),
            Err(as_template) => {
                let is_template =
                    statement.text.contains("?principal") || statement.text.contains("?resource");
                Err(if is_template { as_template } else { error })
            }
        },
    };
    let policy = parsed.map_err(|errors| {
        let problem = |error: &cedar_policy::ParseError| {
            let label = error.labels().and_then(|mut labels| labels.next());
            let offset = statement.offset + label.map_or(0, |label| label.offset());
            Problem { place: Place::of(file, offset), message: told(error, error.to_string()) }
        };
        errors.iter().map(problem).collect::<Vec<_>>()
    })?;
    let id = policy.annotation("id").filter(|id| !id.is_empty()).map_or(default, str::to_owned);
    let one = |message: String| vec![Problem { place: place.clone(), message }];
    if let Some(before) = loaded.places.get(&id) {
        return Err(one(format!("two policies are called `{id}`; the other is at {before}")));
    }
    let policy = policy.new_id(PolicyId::new(&id));
    loaded.set.add(policy).map_err(|error| one(error.to_string()))?;
    loaded.places.insert(id, place);
    Ok(())
}

fn add_template(
    loaded: &mut Loaded,
    template: Template,
    default: String,
    place: Place,
) -> Result<(), Vec<Problem>> {
    let id = template.annotation("id").filter(|id| !id.is_empty()).map_or(default, str::to_owned);
    let one = |message: String| vec![Problem { place: place.clone(), message }];
    if let Some(before) = loaded.places.get(&id) {
        return Err(one(format!("two policies are called `{id}`; the other is at {before}")));
    }
    let template = template.new_id(PolicyId::new(&id));
    loaded.set.add_template(template).map_err(|error| one(error.to_string()))?;
    loaded.places.insert(id, place);
    Ok(())
}

fn link(loaded: &mut Loaded, file: &File, problems: &mut Vec<Problem>) {
    let links: Vec<Link> = match serde_json::from_str(&file.text) {
        Ok(links) => links,
        Err(error) => {
            let place = Place { name: file.name.clone(), line: error.line(), column: error.column() };
            problems.push(Problem { place, message: error.to_string() });
            return;
        }
    };
    for link in links {
        let mut values = HashMap::new();
        let slots = [(SlotId::principal(), &link.principal), (SlotId::resource(), &link.resource)];
        let mut tell = |message: String| {
            let place = Place::setting(&format!("{} (link `{}`)", file.name, link.id));
            problems.push(Problem { place, message });
        };
        for (slot, entity) in slots {
            match entity.as_ref().map(|text| (text, text.parse::<EntityUid>())) {
                Some((_, Ok(uid))) => drop(values.insert(slot, uid)),
                Some((text, Err(_))) => {
                    tell(format!(
                        "`{text}` is no entity; write a type and an id in quotes, as in `Order::\"17\"`"
                    ));
                }
                None => {}
            }
        }
        if loaded.places.contains_key(&link.id) {
            tell("a policy has this id already".to_owned());
            continue;
        }
        match loaded.set.link(PolicyId::new(&link.template), PolicyId::new(&link.id), values) {
            Ok(()) => {
                let place = loaded.places.get(&link.template).cloned();
                loaded.places.insert(link.id, place.unwrap_or_else(|| Place::setting(&file.name)));
            }
            Err(error) => tell(super::request::with_causes(&error)),
        }
    }
}

/// Strict validation: a policy that could fail at run time for its types is refused here.
fn validate(known: &Known, loaded: &mut Loaded, problems: &mut Vec<Problem>) {
    let result = Validator::new(known.schema.clone()).validate(&loaded.set, ValidationMode::Strict);
    let place = |id: &PolicyId| {
        let id: &str = id.as_ref();
        loaded.places.get(id).cloned().unwrap_or_else(|| Place::setting(id))
    };
    for error in result.validation_errors() {
        problems.push(Problem { place: place(error.policy_id()), message: told(error, error.to_string()) });
    }
    let warnings = result.validation_warnings().map(|warning| Problem {
        place: place(warning.policy_id()),
        message: told(warning, warning.to_string()),
    });
    let warnings: Vec<Problem> = warnings.collect();
    loaded.warnings = warnings;
}

/// Entities of a file, each with the entities that it names: what a decision can reach from it.
#[derive(Debug, Default)]
pub(super) struct Stock {
    pub by: HashMap<EntityUid, (Entity, Vec<EntityUid>)>,
    /// Actions with their groups.
    pub actions: Vec<Entity>,
    /// Entities that policies name.
    pub literals: Vec<EntityUid>,
}

impl Stock {
    pub(super) fn read(known: &Known, set: &PolicySet, file: Option<&File>) -> Result<Self, Vec<Problem>> {
        let name = file.map_or("entities", |file| file.name.as_str());
        let problem = |message: String| vec![Problem { place: Place::setting(name), message }];
        let mut stock = Self::default();
        let actions = known.schema.action_entities().map_err(|error| problem(error.to_string()))?;
        stock.actions = actions.iter().cloned().collect();
        stock.literals = set.policies().flat_map(Policy::entity_literals).collect();
        let Some(file) = file else { return Ok(stock) };
        let entities = Entities::from_json_str(&file.text, Some(&known.schema))
            .map_err(|error| problem(super::request::with_causes(&error)))?;
        for entity in
            entities.iter().filter(|entity| !stock.actions.iter().any(|one| one.uid() == entity.uid()))
        {
            let mut named: Vec<EntityUid> = entity.clone().into_inner().2.into_iter().collect();
            let values = entity.attrs().chain(entity.tags()).filter_map(|(_, value)| value.ok());
            values.for_each(|value| mentions(&value, &mut named));
            stock.by.insert(entity.uid(), (entity.clone(), named));
        }
        Ok(stock)
    }
}

fn mentions(value: &EvalResult, named: &mut Vec<EntityUid>) {
    match value {
        EvalResult::EntityUid(uid) => named.push(uid.clone()),
        EvalResult::Set(set) => set.iter().for_each(|value| mentions(value, named)),
        EvalResult::Record(record) => record.iter().for_each(|(_, value)| mentions(value, named)),
        _ => {}
    }
}
