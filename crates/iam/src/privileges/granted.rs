//! What a role allows, made ready to be compared.
use model::{Effect, Node, PolicyOrigin, Span, Statement, Tri, Value};

use super::meaning::Place;
use super::{GrantSource, Need};
use crate::arn;
use crate::{Identity, Pattern};

/// A statement of a role, ready to be compared.
#[derive(Debug)]
pub(super) struct Rule<'a> {
    pub policy: String,
    pub source: GrantSource,
    pub statement: Statement,
    pub actions: Vec<Pattern>,
    pub not_actions: Vec<Pattern>,
    pub resources: Vec<Area<'a>>,
    pub not_resources: Vec<Area<'a>>,
}

/// A resource of a statement or of a need.
#[derive(Debug, Clone)]
pub(super) struct Area<'a> {
    pub pattern: Pattern,
    pub node: Option<&'a Node>,
}

/// Everything that a role allows and denies.
#[derive(Debug, Default)]
pub(super) struct Granted<'a> {
    pub allows: Vec<Rule<'a>>,
    pub denies: Vec<Rule<'a>>,
    /// Policies whose text is not known: place and name.
    pub opaque: Vec<(Span, String)>,
}

impl<'a> Area<'a> {
    pub(super) fn of(place: Place<'a>, value: &Value) -> Self {
        let long = arn::expand(place.app, value);
        let node = arn::target_among(place.app, place.names, value);
        Self { pattern: Pattern::of(&long), node }
    }

    /// Whether `self` is inside of `other`. Resources of a template have different names.
    pub(super) fn within(&self, other: &Self) -> Tri {
        self.apart(other, self.pattern.within(&other.pattern))
    }

    pub(super) fn meets(&self, other: &Self) -> Tri {
        self.apart(other, self.pattern.meets(&other.pattern))
    }

    fn apart(&self, other: &Self, found: Tri) -> Tri {
        match (self.node, other.node) {
            (Some(one), Some(two)) if found == Tri::Unknown && one.id != two.id => Tri::False,
            _ => found,
        }
    }
}

impl<'a> Granted<'a> {
    pub(super) fn of(place: Place<'a>, identity: &Identity<'_>) -> Self {
        let mut granted = Self::default();
        for policy in &identity.policies {
            let source = match &policy.origin {
                PolicyOrigin::Managed(arn) => GrantSource::Managed(arn.clone()),
                PolicyOrigin::Template(name) => GrantSource::Template(name.clone()),
                _ => GrantSource::Statement,
            };
            if identity.unclear.contains(&policy.at) && policy.statements.is_empty() {
                let name = match &policy.origin {
                    PolicyOrigin::Managed(arn) => arn.clone(),
                    _ => policy.name.clone(),
                };
                granted.opaque.push((policy.at, name));
            }
            for statement in &policy.statements {
                let rule = Rule::of(place, statement, &policy.name, &source);
                match statement.effect {
                    Effect::Allow => granted.allows.push(rule),
                    Effect::Deny => granted.denies.push(rule),
                    Effect::Unknown => granted.opaque.push((statement.at, policy.name.clone())),
                }
            }
        }
        granted
    }

    /// Whether a need is allowed, as far as it is known.
    pub(super) fn allows(&self, place: Place<'a>, need: &Need) -> Tri {
        let action = Pattern::action(&need.action);
        let areas: Vec<Area<'a>> = need.resources.iter().map(|resource| Area::of(place, resource)).collect();
        Tri::all(areas.iter().map(|area| {
            let allowed = Tri::any(self.allows.iter().map(|rule| rule.covers(&action, area)));
            let denied = Tri::any(self.denies.iter().map(|rule| rule.covers(&action, area)));
            let found = match allowed & !denied {
                // Of a name that is not known a part may be allowed.
                Tri::False if denied != Tri::True && self.meets(&action, area) => Tri::Unknown,
                found => found,
            };
            // What is not known may allow it.
            if found == Tri::False && denied != Tri::True && !self.opaque.is_empty() {
                Tri::Unknown
            } else {
                found
            }
        }))
    }

    /// Whether a need whose name is not known may be one that is allowed.
    fn meets(&self, action: &Pattern, area: &Area<'_>) -> bool {
        let allows = |rule: &Rule<'_>| {
            let reaches = || rule.resources.iter().any(|own| area.meets(own) != Tri::False);
            rule.names(action) != Tri::False && (!rule.not_resources.is_empty() || reaches())
        };
        area.pattern.has_wildcard() && self.allows.iter().any(allows)
    }

    /// The resources that are granted for an action inside of this one, when every grant of it is narrower: the call can be
    /// about no other.
    pub(super) fn narrowed(&self, place: Place<'a>, action: &str, resource: &Value) -> Option<Vec<Value>> {
        let action = Pattern::action(action);
        let open = Area::of(place, resource);
        let mut found: Vec<Value> = Vec::new();
        for rule in self.allows.iter().filter(|rule| rule.names(&action) != Tri::False) {
            if !rule.not_resources.is_empty() || rule.statement.resources.is_empty() {
                return None;
            }
            for (area, value) in rule.resources.iter().zip(&rule.statement.resources) {
                if open.meets(area) == Tri::False || is_other_kind(resource, value) {
                    continue;
                }
                if open.within(area) == Tri::True {
                    return None;
                }
                found.push(in_words(place, (resource, value), area.node));
            }
        }
        (!found.is_empty() && self.opaque.is_empty()).then_some(found)
    }
}

impl<'a> Rule<'a> {
    fn of(place: Place<'a>, statement: &Statement, policy: &str, source: &GrantSource) -> Self {
        let actions = |values: &[Value]| values.iter().map(Pattern::action_of).collect();
        let areas = |values: &[Value]| values.iter().map(|value| Area::of(place, value)).collect();
        Self {
            policy: policy.to_owned(),
            source: source.clone(),
            actions: actions(&statement.actions),
            not_actions: actions(&statement.not_actions),
            resources: areas(&statement.resources),
            not_resources: areas(&statement.not_resources),
            statement: statement.clone(),
        }
    }

    /// Whether the statement is about this action.
    pub(super) fn names(&self, action: &Pattern) -> Tri {
        if self.not_actions.is_empty() {
            return Tri::any(self.actions.iter().map(|pattern| action.within(pattern)));
        }
        !Tri::any(self.not_actions.iter().map(|pattern| action.within(pattern)))
    }

    /// Whether the statement is about this resource.
    pub(super) fn reaches(&self, area: &Area<'_>) -> Tri {
        if self.not_resources.is_empty() {
            return Tri::any(self.resources.iter().map(|own| area.within(own)));
        }
        !Tri::any(self.not_resources.iter().map(|own| area.meets(own)))
    }

    /// Whether the statement is about this action on this resource, whatever its conditions.
    pub(super) fn covers(&self, action: &Pattern, area: &Area<'_>) -> Tri {
        let found = self.names(action) & self.reaches(area);
        if found == Tri::True && !self.statement.conditions.is_empty() { Tri::Unknown } else { found }
    }
}

/// An object is in no resource that is a bucket, whatever the bucket's name turns out to be.
fn is_other_kind(need: &Value, granted: &Value) -> bool {
    let (need, granted) = (need.display(), granted.display());
    let is_s3 = |text: &str| text.contains(":s3:::");
    is_s3(&need) && need.contains('/') && is_s3(&granted) && !granted.contains('/') && !granted.ends_with('*')
}

/// A granted resource as the template's ARN of its node, and the part of an object's key that is known.
fn in_words(place: Place<'_>, (need, granted): (&Value, &Value), node: Option<&Node>) -> Value {
    let Some(node) = node else { return granted.clone() };
    let known = arn::long(place.app, node).map(|long| long.display()).unwrap_or_default();
    let shown = arn::expand(place.app, granted).display();
    let (Some(rest), Some(own)) = (shown.strip_prefix(&known), arn::of(place.app, node)) else {
        return granted.clone();
    };
    let need = need.display();
    let key = need.split_once(":s3:::*/").map(|(_, key)| format!("/{key}")).filter(|_| rest == "/*");
    arn::joined([own, Value::text(granted.at, key.unwrap_or_else(|| rest.to_owned()))])
}
