//! Single steps: what a technique gives somebody, here and now.
use model::{Kind, NodeId, Span, Tri};

use super::permits::{Certainty, Decision, Loose};
use super::technique::{Grows, Limit, Login, Need, On, Shape, Technique, techniques};
use super::world::World;

/// Who the attacker is, and which of their limits are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State {
    pub who: usize,
    pub loose: Loose,
}

/// Where a step leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum To {
    State(State),
    /// Everything, as a new identity that the attacker made.
    Everything,
    /// This identity gets more permissions; it is the attacker's gain when they are it, or can become it.
    Grown(usize),
    Elsewhere,
}

/// One step.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub technique: &'static Technique,
    pub to: To,
    pub actions: Vec<&'static str>,
    pub at: Vec<Span>,
    pub through: Option<NodeId>,
    pub certainty: Certainty,
    pub unsure: Option<&'static str>,
    pub also: Vec<&'static str>,
}

/// What was allowed so far.
#[derive(Debug, Clone, Default)]
struct Allowed {
    actions: Vec<&'static str>,
    at: Vec<Span>,
    unsure: bool,
}

impl Allowed {
    fn add(&mut self, action: &'static str, decision: &Decision) -> bool {
        let Decision::Allowed { certainty, at } = decision else { return false };
        self.actions.push(action);
        if !self.at.contains(at) {
            self.at.push(*at);
        }
        self.unsure |= *certainty == Certainty::Possible;
        true
    }

    fn and(mut self, answer: Tri) -> Option<Self> {
        self.unsure |= answer.is_unknown();
        (!answer.is_false()).then_some(self)
    }

    fn step(self, technique: &'static Technique, to: To, through: Option<NodeId>) -> Step {
        const OPEN: &str = "a condition, name or policy that is known only when deployed";
        let unsure = technique.unsure.or(self.unsure.then_some(OPEN));
        let certainty = if unsure.is_some() { Certainty::Possible } else { Certainty::Certain };
        Step {
            technique,
            to,
            actions: self.actions,
            at: self.at,
            through,
            certainty,
            unsure,
            also: Vec::new(),
        }
    }
}

/// Tries every technique for one state of the attacker.
pub(super) struct Attempt<'w, 'a> {
    pub world: &'w World<'a>,
    pub state: State,
    steps: Vec<Step>,
}

/// Every step that somebody can take: for each target the best way, with the others named beside it.
pub(super) fn steps(world: &World<'_>, state: State) -> Vec<Step> {
    let mut attempt = Attempt { world, state, steps: Vec::new() };
    for technique in techniques() {
        attempt.technique(technique);
    }
    merge(attempt.steps)
}

/// One step for each target. Techniques come in the order of preference; certain ones first.
fn merge(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by_key(|step| (step.to, step.certainty));
    let mut merged: Vec<Step> = Vec::new();
    for step in steps {
        match merged.last_mut().filter(|last| last.to == step.to) {
            Some(last)
                if last.technique.id == step.technique.id || last.also.contains(&step.technique.id) => {}
            Some(last) => last.also.push(step.technique.id),
            None => merged.push(step),
        }
    }
    merged
}

impl<'a> Attempt<'_, 'a> {
    fn technique(&mut self, technique: &'static Technique) {
        let Some(person) = self.world.people.get(self.state.who) else { return };
        let mentioned =
            |need: &Need| need.any.iter().any(|action| person.mentions(&self.world.actions, action));
        // A role that names somebody needs no permission of theirs.
        if technique.shape != Shape::Assume && !technique.needs.iter().all(mentioned) {
            return;
        }
        match technique.shape {
            Shape::Assume => self.assume(technique),
            Shape::User(login) => self.user(technique, login),
            Shape::Trust => self.each(technique, Kind::Role, |_, place| Some(place)),
            Shape::Join => self.join(technique),
            Shape::Grow(grows) => self.grow(technique, grows),
            Shape::Create => self.anything(technique, To::Everything),
            Shape::Elsewhere => self.anything(technique, To::Elsewhere),
            Shape::Pass { services, beside } => self.pass(technique, services, beside),
            Shape::Take { types, or_any } => self.take(technique, types, or_any),
            Shape::Loosen(limit) => self.loosen(technique, limit),
        }
    }

    /// The state of somebody else, with all limits of theirs.
    fn become_(place: usize) -> To {
        To::State(State { who: place, loose: Loose::default() })
    }

    fn needs(&self, needs: &'static [Need], target: Option<&'a model::Node>) -> Option<Allowed> {
        let State { who, loose } = self.state;
        let mut allowed = Allowed::default();
        for need in needs {
            let decisions = need.any.iter().map(|action| {
                let decision = match (need.on, target) {
                    (On::Target, Some(node)) => self.world.on(who, loose, action, node),
                    (On::Target | On::New, _) => self.world.new_one(who, loose, action),
                };
                (*action, decision)
            });
            let allowing = decisions.filter(|(_, decision)| matches!(decision, Decision::Allowed { .. }));
            let (action, decision) = allowing.min_by_key(|(_, decision)| match decision {
                Decision::Allowed { certainty, .. } => *certainty,
                _ => Certainty::Possible,
            })?;
            allowed.add(action, &decision);
        }
        Some(allowed)
    }

    fn anything(&mut self, technique: &'static Technique, to: To) {
        if let Some(allowed) = self.needs(technique.needs, None) {
            self.steps.push(allowed.step(technique, to, None));
        }
    }

    fn others(&self, kind: Kind) -> Vec<(usize, &'a model::Node)> {
        let people = self.world.identities.iter().enumerate();
        people
            .filter(|(place, identity)| *place != self.state.who && identity.node.kind == kind)
            .map(|(place, identity)| (place, identity.node))
            .collect()
    }

    fn each(
        &mut self,
        technique: &'static Technique,
        kind: Kind,
        who: impl Fn(&model::Node, usize) -> Option<usize>,
    ) {
        for (place, node) in self.others(kind) {
            let Some(next) = who(node, place) else { continue };
            if let Some(allowed) = self.needs(technique.needs, Some(node)) {
                self.steps.push(allowed.step(technique, Self::become_(next), None));
            }
        }
    }

    fn assume(&mut self, technique: &'static Technique) {
        let State { who, loose } = self.state;
        for (place, node) in self.others(Kind::Role) {
            let entry = self.world.entry(place, who);
            if entry.direct.is_false() && entry.account.is_false() {
                continue;
            }
            let decision = self.world.on(who, loose, "sts:AssumeRole", node);
            let mut allowed = Allowed::default();
            let permitted = allowed.add("sts:AssumeRole", &decision);
            let entered = match decision {
                Decision::Denied => Tri::False,
                Decision::Allowed { .. } => entry.direct | entry.account,
                Decision::Nothing => entry.direct,
            };
            let Some(mut allowed) = allowed.and(entered) else { continue };
            if !permitted {
                // The role's own statement is what allows it.
                allowed.actions.push("sts:AssumeRole");
                allowed.at.extend(self.world.identities.get(place).into_iter().flat_map(|role| {
                    role.trust
                        .iter()
                        .flat_map(|policy| policy.statements.iter().map(|statement| statement.at))
                }));
            }
            self.steps.push(allowed.step(technique, Self::become_(place), None));
        }
    }

    fn user(&mut self, technique: &'static Technique, login: Login) {
        for (place, node) in self.others(Kind::User) {
            let has_login = node.attrs.get("login").is_some_and(|value| !value.is_null());
            let fits = match (login, has_login) {
                (Login::Irrelevant, _) | (Login::MustExist, true) | (Login::MustNotExist, false) => Tri::True,
                // Passwords are often set by hand.
                (Login::MustExist, false) => Tri::Unknown,
                (Login::MustNotExist, true) => Tri::False,
            };
            let allowed = self.needs(technique.needs, Some(node)).and_then(|allowed| allowed.and(fits));
            if let Some(allowed) = allowed {
                self.steps.push(allowed.step(technique, Self::become_(place), None));
            }
        }
    }

    fn join(&mut self, technique: &'static Technique) {
        let Some(identity) = self.world.identities.get(self.state.who) else { return };
        if identity.node.kind != Kind::User {
            return;
        }
        let groups = identity.groups.clone();
        self.each(technique, Kind::Group, |group, place| (!groups.contains(&group.id)).then_some(place));
    }

    fn grow(&mut self, technique: &'static Technique, grows: Grows) {
        let world = self.world;
        let targets: Vec<(&'a model::Node, Vec<usize>)> = match grows {
            Grows::Role => self.everybody(Kind::Role),
            Grows::User => self.everybody(Kind::User),
            Grows::Policy => world.policies.clone(),
            Grows::Group => self
                .everybody(Kind::Group)
                .into_iter()
                .map(|(node, own)| (node, own.into_iter().chain(world.members(node.id)).collect()))
                .collect(),
        };
        for (node, holders) in targets {
            if holders.is_empty() {
                continue;
            }
            let Some(allowed) = self.needs(technique.needs, Some(node)) else { continue };
            for holder in holders {
                let through = (world.node(holder).map(|own| own.id) != Some(node.id)).then_some(node.id);
                self.steps.push(allowed.clone().step(technique, To::Grown(holder), through));
            }
        }
    }

    fn everybody(&self, kind: Kind) -> Vec<(&'a model::Node, Vec<usize>)> {
        let people = self.world.identities.iter().enumerate();
        people
            .filter(|(_, identity)| identity.node.kind == kind)
            .map(|(place, identity)| (identity.node, vec![place]))
            .collect()
    }

    fn pass(&mut self, technique: &'static Technique, services: &[&str], beside: &[&str]) {
        let State { who, loose } = self.state;
        let Some(allowed) = self.needs(technique.needs, None) else { return };
        let mut any = false;
        for (place, node) in self.others(Kind::Role) {
            let trusted = self.world.trusts(place, services);
            if trusted.is_false() {
                continue;
            }
            any = true;
            let mut allowed = allowed.clone();
            let exists: Tri = if self.world.has_type(beside) { Tri::True } else { Tri::Unknown };
            if !allowed.add("iam:PassRole", &self.world.pass(who, loose, node, services)) {
                continue;
            }
            if let Some(allowed) = allowed.and(trusted & exists) {
                self.steps.push(allowed.step(technique, Self::become_(place), None));
            }
        }
        if !any {
            let decision = self.world.pass_any(who, loose, services);
            let mut allowed = allowed;
            if allowed.add("iam:PassRole", &decision) {
                self.elsewhere(
                    technique,
                    allowed,
                    "a role of the account trusts the service and may do more",
                );
            }
        }
    }

    fn take(&mut self, technique: &'static Technique, types: &[&str], or_any: &[&str]) {
        let world = self.world;
        let carriers =
            world.carriers.iter().filter(|carrier| types.contains(&carrier.node.provider_type.as_str()));
        let mut any = false;
        for carrier in carriers {
            any = true;
            let Some(allowed) = self.needs(technique.needs, Some(carrier.node)) else { continue };
            let mut roles = carrier.roles.clone();
            if !or_any.is_empty() {
                let trusting = |role: &usize| world.trusts(*role, or_any).is_true();
                roles.extend((0..world.identities.len()).filter(trusting));
            }
            for role in roles.into_iter().filter(|role| *role != self.state.who) {
                let step = allowed.clone().step(technique, Self::become_(role), Some(carrier.node.id));
                self.steps.push(step);
            }
        }
        if !any && let Some(allowed) = self.needs(technique.needs, None) {
            self.elsewhere(technique, allowed, "something of the account runs as a role that may do more");
        }
    }

    fn elsewhere(&mut self, technique: &'static Technique, allowed: Allowed, unsure: &'static str) {
        let mut step = allowed.step(technique, To::Elsewhere, None);
        step.unsure = Some(unsure);
        step.certainty = Certainty::Possible;
        self.steps.push(step);
    }

    fn loosen(&mut self, technique: &'static Technique, limit: Limit) {
        let State { who, mut loose } = self.state;
        let (Some(person), Some(node)) = (self.world.people.get(who), self.world.node(who)) else { return };
        let suits = match limit {
            Limit::Boundary => person.has_boundary() && !loose.boundary,
            Limit::Deny => person.has_denies() && !loose.denies,
        };
        let named = match node.kind {
            Kind::Role => "Role",
            Kind::User => "User",
            _ => return,
        };
        let about = technique
            .needs
            .iter()
            .flat_map(|need| need.any)
            .all(|action| action.contains(named) || action.ends_with("FromGroup"));
        if !suits || !about {
            return;
        }
        let Some(allowed) = self.needs(technique.needs, Some(node)) else { return };
        match limit {
            Limit::Boundary => loose.boundary = true,
            Limit::Deny => loose.denies = true,
        }
        self.steps.push(allowed.step(technique, To::State(State { who, loose }), None));
    }
}
