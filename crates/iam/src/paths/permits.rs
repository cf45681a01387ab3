//! What an identity may do, from all its policies: allowed, minus denied, within its boundaries.
use model::{App, Effect, Node, NodeId, Span, Statement, Tri, Value};

use super::arn::{Arn, Reach};
use super::condition::{Request, can_hold, must_hold};
use super::technique::{On, techniques};
use super::text::action_covers;
use crate::Identity;

/// The actions that techniques ask for, sorted: statements are matched with each of them once.
#[derive(Debug)]
pub(super) struct Actions(Vec<&'static str>);

/// What nobody but an administrator may do all of.
pub(super) const PROBES: &[&str] = &[
    "iam:AttachRolePolicy",
    "iam:CreateUser",
    "iam:PassRole",
    "s3:GetObject",
    "kms:Decrypt",
    "lambda:UpdateFunctionCode",
];

impl Actions {
    pub(super) fn new() -> Self {
        let needed =
            techniques().flat_map(|technique| technique.needs).flat_map(|need| need.any.iter().copied());
        let mut names: Vec<&'static str> = needed.chain(PROBES.iter().copied()).collect();
        names.sort_unstable();
        names.dedup();
        Self(names)
    }

    fn place(&self, action: &str) -> Option<usize> {
        self.0.binary_search(&action).ok()
    }

    /// Which actions some of these patterns stand for.
    fn covered(&self, patterns: &[Value]) -> Vec<bool> {
        let mut covered = vec![false; self.0.len()];
        for pattern in patterns.iter().filter_map(Value::as_str) {
            // Policies with thousands of actions are common: only those of the same service are compared.
            let service = pattern.split_once(':').map_or("", |(service, _)| service).to_ascii_lowercase();
            let range = if service.is_empty() || service.contains(['*', '?']) {
                0..self.0.len()
            } else {
                let service = format!("{service}:");
                let start = self.0.partition_point(|name| *name < service.as_str());
                let length = self.0.iter().skip(start).take_while(|name| name.starts_with(&service)).count();
                start..start + length
            };
            let (skip, take) = (range.start, range.len());
            for (name, covered) in self.0.iter().zip(&mut covered).skip(skip).take(take) {
                *covered |= action_covers(pattern, name);
            }
        }
        covered
    }
}

/// A statement, ready to be asked.
#[derive(Debug)]
struct Line<'a> {
    statement: &'a Statement,
    /// For each of [`Actions`], whether the statement is about it.
    actions: Vec<bool>,
    resources: Vec<Reach>,
    /// `NotResource`: about everything but these.
    negated: bool,
}

/// The statements of one boundary.
#[derive(Debug)]
struct Bound<'a> {
    lines: Vec<Line<'a>>,
    known: bool,
}

/// Everything that gives or limits the permissions of one identity.
#[derive(Debug)]
pub(super) struct Permissions<'a> {
    app: &'a App,
    pub node: &'a Node,
    allows: Vec<Line<'a>>,
    denies: Vec<Line<'a>>,
    bounds: Vec<Bound<'a>>,
    /// Statements whose actions or effect are not known: none of them counts.
    pub unclear: Vec<Span>,
}

/// How sure something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// The template says so.
    Certain,
    /// It depends on something that the template does not show.
    Possible,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decision {
    Allowed {
        certainty: Certainty,
        at: Span,
    },
    Denied,
    /// No statement allows it.
    Nothing,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub action: &'static str,
    pub on: On,
    /// The target and its ARN, when it is a node.
    pub target: Option<&'a Node>,
    pub arn: Option<&'a Arn>,
    pub passed: &'a [&'a str],
}

/// Which limits are out of force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Loose {
    pub boundary: bool,
    pub denies: bool,
}

impl<'a> Permissions<'a> {
    pub(super) fn of(app: &'a App, identity: &'a Identity<'a>, actions: &Actions) -> Self {
        let node = identity.node;
        let mut found = Self {
            app,
            node,
            allows: Vec::new(),
            denies: Vec::new(),
            bounds: Vec::new(),
            unclear: identity.unclear.clone(),
        };
        for statement in identity.policies.iter().flat_map(|policy| &policy.statements) {
            let Some(line) = found.line(statement, actions) else { continue };
            match statement.effect {
                Effect::Allow => found.allows.push(line),
                Effect::Deny => found.denies.push(line),
                Effect::Unknown => found.unclear.push(statement.at),
            }
        }
        for policy in &identity.boundaries {
            let lines =
                policy.statements.iter().filter_map(|statement| found.line(statement, actions)).collect();
            found.bounds.push(Bound { lines, known: !policy.statements.is_empty() });
        }
        found
    }

    /// `None` for statements that give nothing: they have a principal, or nothing in them is known.
    fn line(&mut self, statement: &'a Statement, actions: &Actions) -> Option<Line<'a>> {
        if !statement.principals.is_empty() || !statement.not_principals.is_empty() {
            return None;
        }
        let named = statement.actions.iter().chain(&statement.not_actions);
        if named.clone().any(|value| value.as_str().is_none()) {
            self.unclear.push(statement.at);
        }
        let negated = statement.actions.is_empty() && !statement.not_actions.is_empty();
        let mut about = actions.covered(if negated { &statement.not_actions } else { &statement.actions });
        about.iter_mut().for_each(|about| *about ^= negated);
        let username = self.username();
        let (list, inverse) = match statement.resources.as_slice() {
            [] => (&statement.not_resources, true),
            _ => (&statement.resources, false),
        };
        Some(Line {
            statement,
            actions: about,
            resources: list.iter().map(|value| Reach::of(self.app, value, username)).collect(),
            negated: inverse,
        })
    }

    fn username(&self) -> Option<&'a str> {
        let name = self.node.attrs.get("name").and_then(Value::as_str);
        name.filter(|_| self.node.kind == model::Kind::User)
    }

    pub(super) fn has_boundary(&self) -> bool {
        !self.bounds.is_empty()
    }

    pub(super) fn has_denies(&self) -> bool {
        !self.denies.is_empty()
    }

    /// Some statement allows the action on something.
    pub(super) fn mentions(&self, actions: &Actions, action: &str) -> bool {
        let Some(place) = actions.place(action) else { return false };
        self.allows.iter().any(|line| line.actions.get(place) == Some(&true))
    }

    pub(super) fn decide(&self, actions: &Actions, ask: &Ask<'_>, loose: Loose) -> Decision {
        let Some(place) = actions.place(ask.action) else { return Decision::Nothing };
        let request = Request { app: self.app, principal: self.node, object: ask.target, passed: ask.passed };
        let object = Object { ask };
        let mut best: Option<(Tri, &Line<'_>)> = None;
        for line in self.allows.iter().filter(|line| line.actions.get(place) == Some(&true)) {
            let answer = object.covered(line) & can_hold(line.statement, &request);
            match (answer, &best) {
                (Tri::False, _) | (Tri::Unknown, Some(_)) => {}
                (Tri::True, _) => {
                    best = Some((answer, line));
                    break;
                }
                (Tri::Unknown, None) => best = Some((answer, line)),
            }
        }
        let Some((mut answer, line)) = best else {
            let refused = !loose.denies && self.refused(&object, place, &request);
            return if refused { Decision::Denied } else { Decision::Nothing };
        };
        if !loose.denies {
            let denied = Tri::any(object.denied(&self.denies, place, &request, line));
            match denied {
                Tri::True => return Decision::Denied,
                Tri::Unknown => answer = Tri::Unknown,
                Tri::False => {}
            }
        }
        if !loose.boundary {
            match self.within_bounds(&object, place, &request, line) {
                Tri::False => return Decision::Denied,
                bounded => answer = answer & bounded,
            }
        }
        let certainty = if answer.is_true() { Certainty::Certain } else { Certainty::Possible };
        Decision::Allowed { certainty, at: line.statement.at }
    }

    /// Denied whatever allows it: a role that names somebody lets them in unless this is so.
    fn refused(&self, object: &Object<'_>, place: usize, request: &Request<'_>) -> bool {
        let about = self.denies.iter().filter(|line| line.actions.get(place) == Some(&true));
        about.into_iter().any(|line| (object.covered(line) & must_hold(line.statement, request)).is_true())
    }

    fn within_bounds(&self, object: &Object<'_>, place: usize, request: &Request<'_>, by: &Line<'_>) -> Tri {
        Tri::all(self.bounds.iter().map(|bound| {
            if !bound.known {
                return Tri::Unknown;
            }
            let about = bound.lines.iter().filter(|line| line.actions.get(place) == Some(&true));
            let allows = about.filter(|line| line.statement.effect == Effect::Allow);
            let allowed =
                Tri::any(allows.map(|line| object.covered(line) & can_hold(line.statement, request)));
            let denies = bound.lines.iter().filter(|line| line.statement.effect == Effect::Deny);
            let denied = Tri::any(object.denied(denies, place, request, by));
            allowed & !denied
        }))
    }

    /// Whether it may do anything: all actions on everything, not taken back where it matters.
    pub(super) fn is_administrator(&self, actions: &Actions, loose: Loose) -> bool {
        let everything = |line: &&Line<'_>| {
            let statement = line.statement;
            let all = |value: &Value| matches!(value.as_str(), Some("*" | "*:*"));
            statement.actions.iter().any(all)
                && statement.conditions.is_empty()
                && !line.negated
                && line.resources.contains(&Reach::Everything)
        };
        self.allows.iter().any(|line| everything(&line)) && self.not_taken_back(actions, loose)
    }

    /// What an administrator's policy would give is neither denied nor out of bounds.
    pub(super) fn not_taken_back(&self, actions: &Actions, loose: Loose) -> bool {
        let request = Request { app: self.app, principal: self.node, object: None, passed: &[] };
        PROBES.iter().all(|probe| {
            let Some(place) = actions.place(probe) else { return false };
            let about = |lines: &[Line<'_>], effect: Effect| {
                lines.iter().any(|line| {
                    line.statement.effect == effect
                        && line.actions.get(place) == Some(&true)
                        && line.resources.contains(&Reach::Everything) != line.negated
                        && (effect == Effect::Allow && line.statement.conditions.is_empty()
                            || effect == Effect::Deny && must_hold(line.statement, &request).is_true())
                })
            };
            let denied = !loose.denies && about(&self.denies, Effect::Deny);
            let bounded = loose.boundary
                || self
                    .bounds
                    .iter()
                    .all(|bound| about(&bound.lines, Effect::Allow) && !about(&bound.lines, Effect::Deny));
            !denied && bounded
        })
    }

    /// Statements that allow something, for showing what an identity has.
    pub(super) fn allowing(&self) -> impl Iterator<Item = (&'a Statement, &[Reach])> {
        self.allows.iter().map(|line| (line.statement, line.resources.as_slice()))
    }
}

/// What a request is about.
struct Object<'b> {
    ask: &'b Ask<'b>,
}

impl Object<'_> {
    fn covered(&self, line: &Line<'_>) -> Tri {
        let any = Tri::any(line.resources.iter().map(|reach| self.reached(reach)));
        match (line.negated, self.ask.on) {
            (false, _) => any,
            // What is new can be named so that it is not excepted.
            (true, On::New) => (!line.resources.contains(&Reach::Everything)).into(),
            (true, On::Target) => !any,
        }
    }

    fn reached(&self, reach: &Reach) -> Tri {
        let target = match (reach, self.ask.on) {
            (Reach::Everything, _) => return Tri::True,
            (Reach::Unclear, _) => return Tri::Unknown,
            (Reach::Node(_), On::New) => return Tri::False,
            (Reach::Arn(arn), On::New) => return self.makes(arn),
            (_, On::Target) => self.ask.target,
        };
        let Some(target) = target else { return Tri::Unknown };
        match reach {
            Reach::Node(id) => is_node(*id, target).into(),
            Reach::Arn(arn) => self.ask.arn.map_or(Tri::Unknown, |own| arn.covers(own)),
            Reach::Everything | Reach::Unclear => Tri::Unknown,
        }
    }

    /// Whether something new can be named so that this pattern stands for it.
    fn makes(&self, arn: &Arn) -> Tri {
        let service = self.ask.action.split(':').next().unwrap_or_default();
        let own = [crate::Piece::Text(service.to_owned())];
        let same = super::text::compare(&arn.service, &own);
        if same.is_false() {
            return Tri::False;
        }
        let wild = arn.resource.iter().any(|piece| matches!(piece, crate::Piece::Any | crate::Piece::One));
        if wild { same } else { Tri::Unknown }
    }

    /// Whether each of these statements denies what another one allows.
    fn denied<'l, 's: 'l>(
        &self,
        lines: impl IntoIterator<Item = &'l Line<'s>>,
        place: usize,
        request: &Request<'_>,
        allowed: &Line<'_>,
    ) -> Vec<Tri> {
        let about = lines
            .into_iter()
            .filter(|line| line.statement.effect == Effect::Deny && line.actions.get(place) == Some(&true));
        about
            .map(|line| {
                let covered = match self.ask.on {
                    On::Target => self.covered(line),
                    // Only a denial of all that is allowed cannot be avoided by another name.
                    On::New if line.negated => Tri::Unknown,
                    On::New => {
                        let all = line.resources.contains(&Reach::Everything)
                            || allowed.resources.iter().all(|reach| line.resources.contains(reach));
                        all.into()
                    }
                };
                covered & must_hold(line.statement, request)
            })
            .collect()
    }
}

fn is_node(id: NodeId, node: &Node) -> bool {
    node.id == id
}
