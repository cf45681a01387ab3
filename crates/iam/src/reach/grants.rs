//! The statements of an identity as sets of actions, asked node by node.
use model::{App, Effect, Node, Span, Statement, Tri, Value};

use crate::catalogue::{Action, ActionSet, Level, matching};
use crate::paths::arn::{Arn, Reach};
use crate::paths::condition::{Request, can_hold, must_hold};
use crate::paths::is_routine;
use crate::reach::Outside;
use crate::{Identity, Pattern, arn};

struct Rule<'a> {
    statement: &'a Statement,
    actions: ActionSet,
    resources: Vec<Area>,
    /// About everything but these.
    negated: bool,
}

/// What one entry of a statement's resources stands for.
struct Area {
    pattern: Pattern,
    reach: Reach,
}

/// A node of the application, as statements may write it.
pub(super) struct Place<'a> {
    pub node: &'a Node,
    pub service: &'static str,
    /// Its ARN and those of what is in it, in the template's terms.
    pub arns: Vec<Pattern>,
    /// Its ARN with its name, when the template gives it one.
    pub own: Option<Arn>,
}

/// What an identity may do, ready to be asked.
pub(super) struct Grants<'a> {
    app: &'a App,
    principal: &'a Node,
    rules: Vec<Rule<'a>>,
    bounds: Vec<Vec<Rule<'a>>>,
}

/// What may be done to one node.
pub(super) struct Granted {
    pub actions: ActionSet,
    pub at: Span,
    pub certain: bool,
}

impl<'a> Grants<'a> {
    pub(super) fn of(app: &'a App, identity: &'a Identity<'a>) -> Self {
        let rules = |policies: &'a [model::Policy]| -> Vec<Rule<'a>> {
            let statements = policies.iter().flat_map(|policy| &policy.statements);
            let own = statements.filter(|statement| statement.principals.is_empty());
            own.map(|statement| Rule::of(app, statement)).collect()
        };
        let known = identity.boundaries.iter().filter(|policy| !policy.statements.is_empty());
        Self {
            app,
            principal: identity.node,
            rules: rules(&identity.policies),
            bounds: known.map(|policy| rules(std::slice::from_ref(policy))).collect(),
        }
    }

    /// What may be done to a node with these ARNs; `None` for nothing.
    pub(super) fn on(&self, place: &Place<'_>) -> Option<Granted> {
        let request =
            Request { app: self.app, principal: self.principal, object: Some(place.node), passed: &[] };
        let mut sure = ActionSet::default();
        let mut perhaps = ActionSet::default();
        let mut at = None;
        for rule in self.rules.iter().filter(|rule| rule.statement.effect == Effect::Allow) {
            match rule.about(place) & can_hold(rule.statement, &request) {
                Tri::True => sure.add(&rule.actions),
                Tri::Unknown => perhaps.add(&rule.actions),
                Tri::False => continue,
            }
            at.get_or_insert(rule.statement.at);
        }
        for rule in self.rules.iter().filter(|rule| rule.statement.effect == Effect::Deny) {
            if (rule.all_of(place) & must_hold(rule.statement, &request)).is_true() {
                sure.remove(&rule.actions);
                perhaps.remove(&rule.actions);
            }
        }
        for bound in &self.bounds {
            let mut inside = ActionSet::default();
            for rule in bound.iter().filter(|rule| rule.statement.effect == Effect::Allow) {
                if !rule.about(place).is_false() {
                    inside.add(&rule.actions);
                }
            }
            sure = sure.and(&inside);
            perhaps = perhaps.and(&inside);
        }
        let certain = !sure.is_empty();
        sure.add(&perhaps);
        (!sure.is_empty()).then_some(Granted { actions: sure, at: at?, certain })
    }

    /// Every action that is allowed on something.
    pub(super) fn everything(&self) -> ActionSet {
        let mut all = ActionSet::default();
        for rule in self.rules.iter().filter(|rule| rule.statement.effect == Effect::Allow) {
            all.add(&rule.actions);
        }
        for rule in self.rules.iter().filter(|rule| rule.statement.effect == Effect::Deny) {
            if rule.statement.on_everything() && rule.statement.conditions.is_empty() {
                all.remove(&rule.actions);
            }
        }
        for bound in &self.bounds {
            let mut inside = ActionSet::default();
            let allows = bound.iter().filter(|rule| rule.statement.effect == Effect::Allow);
            allows.for_each(|rule| inside.add(&rule.actions));
            all = all.and(&inside);
        }
        all
    }

    /// Statements with wildcards that stand for more than what the application has.
    pub(super) fn outside(&self) -> Vec<Outside> {
        let all = self.everything().restrictable();
        let mut found = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.statement.effect == Effect::Allow) {
            let wide = rule.statement.resources.iter().find(|value| is_wide(self.app, value));
            let resource = match wide {
                Some(value) => value.display(),
                None if rule.negated => "*".to_owned(),
                None => continue,
            };
            let actions: Vec<Action> =
                rule.actions.and(&all).iter().filter(|action| !is_routine(&action.display())).collect();
            if actions.is_empty() {
                continue;
            }
            let mut services: Vec<&'static str> = actions.iter().map(|action| action.service).collect();
            services.dedup();
            let writes = actions.iter().any(|action| !matches!(action.level, Level::List | Level::Read));
            let at = rule.statement.at;
            found.push(Outside { at, resource, services, actions: actions.len(), writes });
        }
        found
    }
}

/// A wildcard in the name of a resource that is no resource of the application: `*`, `arn:aws:s3:::*`,
/// `arn:aws:dynamodb:*:*:table/*`; not `arn:aws:s3:::${Bucket}/*`.
fn is_wide(app: &App, value: &Value) -> bool {
    if value.first_reference().is_some() || arn::target(app, value).is_some() {
        return false;
    }
    let text = value.display();
    let name = text.splitn(6, ':').nth(5).unwrap_or(&text);
    let first = name.split('/').next().unwrap_or(name);
    let named = if text.contains(":s3:") { first } else { name };
    named.contains('*')
}

impl<'a> Rule<'a> {
    fn of(app: &App, statement: &'a Statement) -> Self {
        let union = |patterns: &[Value]| {
            let mut set = ActionSet::default();
            patterns.iter().filter_map(Value::as_str).for_each(|pattern| set.add(&matching(pattern)));
            set
        };
        let actions = if statement.actions.is_empty() && !statement.not_actions.is_empty() {
            let mut all = matching("*");
            all.remove(&union(&statement.not_actions));
            all
        } else {
            union(&statement.actions)
        };
        let negated = statement.resources.is_empty();
        let list = if negated { &statement.not_resources } else { &statement.resources };
        let resources = list.iter().map(|value| Area::of(app, value)).collect();
        Self { statement, actions, resources, negated }
    }

    /// Whether the statement is about something of a node.
    fn about(&self, place: &Place<'_>) -> Tri {
        let all_of = || Tri::any(self.resources.iter().map(|area| area.holds(place)));
        match (self.negated, self.resources.as_slice()) {
            (true, []) => Tri::False,
            (true, _) => !all_of(),
            (false, areas) => Tri::any(areas.iter().map(|area| area.meets(place))),
        }
    }

    /// Whether the statement is about all of a node.
    fn all_of(&self, place: &Place<'_>) -> Tri {
        if self.negated {
            !Tri::any(self.resources.iter().map(|area| area.meets(place)))
        } else {
            Tri::any(self.resources.iter().map(|area| area.holds(place)))
        }
    }
}

impl Area {
    fn of(app: &App, value: &Value) -> Self {
        Self { pattern: Pattern::of(&arn::expand(app, value)), reach: Reach::of(app, value, None) }
    }

    /// Something of the node.
    fn meets(&self, place: &Place<'_>) -> Tri {
        match (&self.reach, &place.own) {
            (Reach::Everything, _) => Tri::True,
            (Reach::Node(id), _) => (*id == place.node.id).into(),
            (Reach::Arn(arn), Some(own)) => arn.meets(own),
            _ => Tri::any(place.arns.iter().map(|arn| arn.meets(&self.pattern))),
        }
    }

    /// The node itself, or all that is in it.
    fn holds(&self, place: &Place<'_>) -> Tri {
        match (&self.reach, &place.own) {
            (Reach::Everything, _) => Tri::True,
            (Reach::Node(id), _) => (*id == place.node.id).into(),
            (Reach::Arn(arn), Some(own)) => arn.holds(own),
            _ => Tri::any(place.arns.iter().map(|arn| arn.within(&self.pattern))),
        }
    }
}
