//! What CloudFormation's schema says of properties: which are lists, which words switch them, what a map needs.
//!
//! `shapes.txt` has a line for each type, and below it one for each property that is more than a map or a scalar.
//! It is made from the resource schemas that AWS publishes, by `shapes.py` beside it.
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use model::{Data, FileId};

use super::content::Content;
use super::yaml::{Doc, Step};
use super::{Editor, NotWritten};

/// What is known of one property.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub is_list: bool,
    /// The words for on and off.
    on: Option<&'static str>,
    off: Option<&'static str>,
    needs: Vec<&'static str>,
}

type Shapes = BTreeMap<&'static str, Shape>;

static BY_TYPE: LazyLock<HashMap<&'static str, Shapes>> = LazyLock::new(|| {
    let mut types: HashMap<&'static str, Shapes> = HashMap::new();
    let mut current = None;
    for line in include_str!("shapes.txt").lines() {
        let Some(property) = line.strip_prefix(' ') else {
            current = Some(types.entry(line).or_default());
            continue;
        };
        let (Some(shapes), Some((path, what))) = (current.as_mut(), property.split_once(' ')) else {
            continue;
        };
        let shape = shapes.entry(path).or_default();
        let mut words = what.split(' ');
        match words.next() {
            Some("[]") => shape.is_list = true,
            Some("on") => (shape.on, shape.off) = (words.next(), words.next()),
            Some("needs") => shape.needs = words.collect(),
            _ => {}
        }
    }
    types
});

/// What is known of a property of a type.
pub(super) fn of(provider_type: &str, path: &str) -> Option<&'static Shape> {
    BY_TYPE.get(provider_type)?.get(path)
}

impl Shape {
    /// The word that switches the property on or off, when it is switched by words.
    pub(super) fn word(&self, on: bool) -> Option<Data> {
        let word = if on { self.on } else { self.off };
        word.map(Data::from)
    }
}

/// The steps of a property's path, with lists where the schema has them.
pub(super) fn steps(provider_type: &str, path: &str) -> Vec<Step> {
    let mut prefix = String::new();
    let parts = path.split('.').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            if !prefix.is_empty() {
                prefix.push('.');
            }
            prefix.push_str(part);
            let is_list = of(provider_type, &prefix).is_some_and(|shape| shape.is_list);
            if is_list { Step::Listed(part.to_owned()) } else { Step::Key(part.to_owned()) }
        })
        .collect()
}

/// A property that was set, to see whether the maps around it are complete.
#[derive(Debug)]
pub(super) struct Made {
    pub file: FileId,
    pub provider_type: String,
    /// Where the properties stand.
    pub properties: Vec<Step>,
    pub path: String,
}

/// Maps that were made need all that the provider asks for.
pub(super) fn complete(editor: &mut Editor<'_>, made: &[Made]) -> Result<(), NotWritten> {
    for made in made {
        let mut path = made.path.as_str();
        loop {
            if let Some(shape) = of(&made.provider_type, path).filter(|shape| !shape.needs.is_empty()) {
                tell_lacking(editor, made, path, &shape.needs)?;
            }
            match path.rsplit_once('.') {
                Some((outer, _)) => path = outer,
                None => break,
            }
        }
    }
    Ok(())
}

fn tell_lacking(editor: &mut Editor<'_>, made: &Made, path: &str, needs: &[&str]) -> Result<(), NotWritten> {
    let mut steps = made.properties.clone();
    steps.extend(self::steps(&made.provider_type, path));
    // What was incomplete before is not this fix's business.
    let before = Doc::parse(editor.original(made.file)?)?.value(&steps).is_some();
    let value = Doc::parse(editor.draft(made.file)?.text())?.value(&steps);
    let maps = match &value {
        Some(Content::List(items)) => items.iter().collect(),
        Some(map) => vec![map],
        None => Vec::new(),
    };
    let has = |map: &Content, name: &str| match map {
        Content::Map(entries) => map.call().is_some() || entries.iter().any(|(key, _)| key == name),
        _ => true,
    };
    let lacks = needs.iter().find(|name| maps.iter().any(|map| !has(map, name)));
    match lacks {
        Some(name) if !before => Err(NotWritten::new(format!("`{path}` needs `{name}` as well"))),
        _ => Ok(()),
    }
}
