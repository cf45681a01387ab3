//! Rules that ask other nodes.
use super::super::rule::{Id, Items, Node, Properties, Rule};
use super::super::told;
use super::{BYTES_PER_STEP, Run, Seen, Spot, Step, Verdict};
use crate::event::json::Value;
use std::borrow::Cow;

/// What came of a node that told what it had to tell.
const fn of_node(fits: bool) -> Verdict {
    if fits { Verdict::Fits } else { Verdict::Told }
}

impl<'a> Spot<'a> {
    const fn inner(&'a self, value: &'a Value<'a>, step: Step<'a>) -> Self {
        Self { value, step, around: Some(self) }
    }
}

impl Run<'_> {
    pub(super) fn applied(&mut self, rule: &Rule, spot: &Spot<'_>, mut seen: Option<&mut Seen>) -> Verdict {
        match rule {
            Rule::Properties(properties) => self.properties(properties, spot, seen),
            Rule::Items(items) => self.items(items, spot, seen),
            Rule::Required(names) => self.required(names.iter(), spot),
            Rule::Reference(id) => of_node(self.node(*id, spot, seen)),
            Rule::Dynamic { otherwise, by_resource } => {
                let found = self.scope.iter().find_map(|resource| by_resource.get(resource));
                of_node(self.node(*found.unwrap_or(otherwise), spot, seen))
            }
            Rule::All(ids) => self.each(ids.iter(), spot, seen),
            Rule::Any(ids) => {
                let mut fits = false;
                for id in ids {
                    // What a further one marks counts as well.
                    fits |= (!fits || seen.is_some()) && self.branch(*id, spot, seen.as_deref_mut());
                }
                fits.into()
            }
            Rule::One(ids) => self.one(ids, spot, seen),
            Rule::Not(id, _) => (!self.quietly(*id, spot, None)).into(),
            Rule::If { condition, then, otherwise } => {
                let is_met = self.branch(*condition, spot, seen.as_deref_mut());
                let branch = if is_met { then } else { otherwise };
                of_node(branch.is_none_or(|id| self.node(id, spot, seen)))
            }
            Rule::Contains { node, least, most, marks } => {
                let seen = seen.filter(|_| *marks);
                self.contains(*node, (*least, *most), spot, seen)
            }
            Rule::PropertyNames(id) => self.names(*id, spot),
            Rule::DependentRequired(needs) => {
                let needed = needs.iter().filter(|(name, _)| spot.value.get(name).is_some());
                self.required(needed.flat_map(|(_, names)| names), spot)
            }
            Rule::DependentSchemas(schemas) => {
                let there = schemas.iter().filter(|(name, _)| spot.value.get(name).is_some());
                self.each(there.map(|(_, id)| id), spot, seen)
            }
            Rule::UnevaluatedItems(id) => self.left_items(*id, spot, seen),
            Rule::UnevaluatedProperties(id) => self.left_members(*id, spot, seen),
            _ => Verdict::Fits,
        }
    }

    /// Without a word of what differs.
    fn quietly(&mut self, id: Id, spot: &Spot<'_>, seen: Option<&mut Seen>) -> bool {
        let was_telling = std::mem::replace(&mut self.is_telling, false);
        let fits = self.node(id, spot, seen);
        self.is_telling = was_telling;
        fits
    }

    /// One of several: what it marks counts where it fits.
    fn branch(&mut self, id: Id, spot: &Spot<'_>, seen: Option<&mut Seen>) -> bool {
        let Some(seen) = seen else { return self.quietly(id, spot, None) };
        let mut own = self.fresh(spot);
        let fits = self.quietly(id, spot, Some(&mut own));
        if fits {
            seen.add(&own);
        }
        fits
    }

    fn each<'i>(
        &mut self,
        ids: impl Iterator<Item = &'i Id>,
        spot: &Spot<'_>,
        mut seen: Option<&mut Seen>,
    ) -> Verdict {
        let mut fits = true;
        for id in ids {
            fits &= self.node(*id, spot, seen.as_deref_mut());
            if !fits && !self.is_telling {
                break;
            }
        }
        of_node(fits)
    }

    fn one(&mut self, ids: &[Id], spot: &Spot<'_>, mut seen: Option<&mut Seen>) -> Verdict {
        let mut has_one = false;
        for id in ids {
            let fits = self.branch(*id, spot, seen.as_deref_mut());
            if fits && has_one {
                self.tell(
                    spot,
                    "value is valid under more than one of the schemas listed in the 'oneOf' keyword",
                );
                return Verdict::Told;
            }
            has_one |= fits;
        }
        has_one.into()
    }

    fn required<'n>(&mut self, names: impl Iterator<Item = &'n Box<str>>, spot: &Spot<'_>) -> Verdict {
        let Value::Object(members) = spot.value else { return Verdict::Fits };
        let mut fits = true;
        for name in names {
            self.pay(members.len() as u64 / BYTES_PER_STEP);
            if !members.iter().any(|(known, _)| *known == **name) {
                fits = false;
                if !self.is_telling {
                    break;
                }
                self.tell(spot, format!("\"{name}\" is a required property"));
            }
        }
        of_node(fits)
    }

    fn is_nothing(&self, id: Id) -> bool {
        matches!(self.graph.nodes.get(id as usize), Some(Node::Nothing))
    }

    fn properties(
        &mut self,
        properties: &Properties,
        spot: &Spot<'_>,
        mut seen: Option<&mut Seen>,
    ) -> Verdict {
        let mut fits = true;
        let mut unexpected = Vec::new();
        for (at, (name, value)) in spot.value.members().iter().enumerate() {
            let inner = spot.inner(value, Step::Member(name));
            let mut is_known = false;
            let place = properties.named.binary_search_by(|(known, _)| (**known).cmp(name.as_ref()));
            if let Some((_, id)) = place.ok().and_then(|place| properties.named.get(place)) {
                is_known = true;
                fits &= self.node(*id, &inner, None);
            }
            for (pattern, id) in &properties.patterns {
                if self.matches(pattern, name) {
                    is_known = true;
                    fits &= self.node(*id, &inner, None);
                }
            }
            if let Some(id) = properties.others.filter(|_| !is_known) {
                is_known = true;
                if self.is_nothing(id) {
                    fits = false;
                    unexpected.push(name.as_ref());
                } else {
                    fits &= self.node(id, &inner, None);
                }
            }
            if let Some(seen) = seen.as_deref_mut().filter(|_| is_known) {
                seen.mark(at);
            }
            if self.is_spent || !fits && !self.is_telling {
                return Verdict::Told;
            }
        }
        if !unexpected.is_empty() {
            self.tell(spot, told::unexpected("Additional properties", &unexpected));
        }
        // Members that no schema speaks of cost as well.
        self.pay(spot.value.members().len() as u64 / BYTES_PER_STEP);
        of_node(fits)
    }

    fn items(&mut self, items: &Items, spot: &Spot<'_>, mut seen: Option<&mut Seen>) -> Verdict {
        let values = spot.value.items();
        let mut fits = true;
        for (at, value) in values.iter().enumerate() {
            let Some(id) = items.first.get(at).copied().or(items.rest) else { break };
            if at >= items.first.len() && self.is_nothing(id) {
                let more = values.len() - at;
                self.tell(
                    spot,
                    format!("Additional items are not allowed ({more} item{})", told::plural(more)),
                );
                return Verdict::Told;
            }
            fits &= self.node(id, &spot.inner(value, Step::Item(at)), None);
            if let Some(seen) = seen.as_deref_mut() {
                seen.mark(at);
            }
            if self.is_spent || !fits && !self.is_telling {
                break;
            }
        }
        of_node(fits)
    }

    fn contains(
        &mut self,
        id: Id,
        (least, most): (u64, u64),
        spot: &Spot<'_>,
        mut seen: Option<&mut Seen>,
    ) -> Verdict {
        let Value::List(values) = spot.value else { return Verdict::Fits };
        let mut count = 0;
        for (at, value) in values.iter().enumerate() {
            if self.quietly(id, &spot.inner(value, Step::Item(at)), None) {
                count += 1;
                if let Some(seen) = seen.as_deref_mut() {
                    seen.mark(at);
                }
            }
            let is_decided = seen.is_none() && (count > most || count >= least && most == u64::MAX);
            if is_decided || self.is_spent {
                break;
            }
        }
        (least..=most).contains(&count).into()
    }

    fn names(&mut self, id: Id, spot: &Spot<'_>) -> Verdict {
        for (name, _) in spot.value.members() {
            let name = Value::Text(Cow::Borrowed(name));
            if !self.quietly(id, &Spot { value: &name, step: Step::Root, around: None }, None) {
                let names: Vec<&str> = name.text().into_iter().collect();
                self.tell(spot, told::unexpected("Names as this", &names));
                return Verdict::Told;
            }
        }
        Verdict::Fits
    }

    fn left_items(&mut self, id: Id, spot: &Spot<'_>, seen: Option<&mut Seen>) -> Verdict {
        let (Value::List(values), Some(seen)) = (spot.value, seen) else { return Verdict::Fits };
        let mut fits = true;
        let mut more = 0;
        for (at, (value, is_seen)) in values.iter().zip(&mut seen.0).enumerate() {
            if std::mem::replace(is_seen, true) {
                continue;
            }
            if self.is_nothing(id) {
                more += 1;
            } else {
                fits &= self.node(id, &spot.inner(value, Step::Item(at)), None);
            }
            if self.is_spent || !(fits && more == 0 || self.is_telling) {
                return Verdict::Told;
            }
        }
        if more > 0 {
            self.tell(spot, format!("Unevaluated items are not allowed ({more} item{})", told::plural(more)));
        }
        of_node(fits && more == 0)
    }

    fn left_members(&mut self, id: Id, spot: &Spot<'_>, seen: Option<&mut Seen>) -> Verdict {
        let (Value::Object(members), Some(seen)) = (spot.value, seen) else { return Verdict::Fits };
        let mut fits = true;
        let mut unexpected = Vec::new();
        for ((name, value), is_seen) in members.iter().zip(&mut seen.0) {
            if std::mem::replace(is_seen, true) {
                continue;
            }
            if self.is_nothing(id) {
                unexpected.push(name.as_ref());
            } else {
                fits &= self.node(id, &spot.inner(value, Step::Member(name)), None);
            }
            if self.is_spent || !(fits && unexpected.is_empty() || self.is_telling) {
                return Verdict::Told;
            }
        }
        if !unexpected.is_empty() {
            self.tell(spot, told::unexpected("Unevaluated properties", &unexpected));
        }
        of_node(fits && unexpected.is_empty())
    }
}
