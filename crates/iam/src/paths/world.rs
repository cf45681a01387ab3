//! The application as an attacker sees it: who there is, who may be what, what runs as whom.
use std::collections::BTreeMap;

use model::{App, Effect, Kind, Node, NodeId, Relation, Tri, Value};

use super::arn::{Arn, Reach, arn_of, is_managed_policy};
use super::condition::{Request, can_hold};
use super::permits::{Actions, Ask, Decision, Loose, Permissions};
use super::technique::On;
use super::text::action_covers;
use crate::Identity;

/// Something that runs as a role.
#[derive(Debug)]
pub(super) struct Carrier<'a> {
    pub node: &'a Node,
    /// Places in [`World::people`].
    pub roles: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct World<'a> {
    pub app: &'a App,
    pub actions: Actions,
    /// Roles, users and groups with their permissions.
    pub people: Vec<Permissions<'a>>,
    pub identities: &'a [Identity<'a>],
    places: BTreeMap<NodeId, usize>,
    arns: BTreeMap<NodeId, Arn>,
    doors: Vec<Door<'a>>,
    pub carriers: Vec<Carrier<'a>>,
    /// Managed policies of the application, with those who have them.
    pub policies: Vec<(&'a Node, Vec<usize>)>,
}

/// Who may come in through a statement of a role's trust.
#[derive(Debug)]
struct Entrance<'a, W> {
    who: W,
    statement: &'a model::Statement,
}

/// A principal that is no service.
#[derive(Debug)]
enum Who {
    Everyone,
    Named(Reach),
    /// Whoever the account allows to; unknown when it may be another account.
    Account(Tri),
}

/// Everybody whom a role trusts.
#[derive(Debug, Default)]
struct Door<'a> {
    services: Vec<Entrance<'a, String>>,
    people: Vec<Entrance<'a, Who>>,
}

impl<'a> Door<'a> {
    fn of(app: &App, identity: &'a Identity<'a>) -> Self {
        let assumes = |value: &Value| value.as_str().is_none_or(|text| action_covers(text, "sts:AssumeRole"));
        let statements = identity.trust.iter().flat_map(|policy| &policy.statements);
        let mut door = Self::default();
        for statement in statements.filter(|statement| statement.actions.iter().any(assumes)) {
            for principal in &statement.principals {
                if principal.kind == "Service" {
                    door.services.push(Entrance { who: principal.value.display(), statement });
                    continue;
                }
                let account = is_account(&principal.value, &principal.kind);
                let who = if principal.is_everyone() {
                    Who::Everyone
                } else if !account.is_false() {
                    Who::Account(account)
                } else if principal.kind == "AWS" {
                    Who::Named(Reach::of(app, &principal.value, None))
                } else {
                    continue;
                };
                door.people.push(Entrance { who, statement });
            }
        }
        door
    }
}

/// How a role lets somebody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// By name: nothing else is needed.
    pub direct: Tri,
    /// As somebody of the account: `sts:AssumeRole` must be allowed, too.
    pub account: Tri,
}

impl<'a> World<'a> {
    pub(super) fn new(app: &'a App, identities: &'a [Identity<'a>]) -> Self {
        let actions = Actions::new();
        let people: Vec<Permissions<'a>> =
            identities.iter().map(|identity| Permissions::of(app, identity, &actions)).collect();
        let places: BTreeMap<NodeId, usize> =
            identities.iter().enumerate().map(|(place, identity)| (identity.node.id, place)).collect();
        let mut world = Self {
            app,
            actions,
            people,
            identities,
            places,
            arns: BTreeMap::new(),
            doors: identities.iter().map(|identity| Door::of(app, identity)).collect(),
            carriers: Vec::new(),
            policies: Vec::new(),
        };
        world.carriers = world.find_carriers();
        world.policies = world.find_policies();
        let policies = world.policies.iter().map(|(node, _)| *node);
        let nodes = identities.iter().map(|identity| identity.node).chain(policies);
        let nodes = nodes.chain(world.carriers.iter().map(|carrier| carrier.node));
        world.arns = nodes.filter_map(|node| Some((node.id, arn_of(app, node)?))).collect();
        world
    }

    pub(super) fn place(&self, id: NodeId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    pub(super) fn node(&self, place: usize) -> Option<&'a Node> {
        self.identities.get(place).map(|identity| identity.node)
    }

    /// Everything that runs as a role, with the role: directly, through an instance profile or a task.
    fn find_carriers(&self) -> Vec<Carrier<'a>> {
        let app = self.app;
        let runs =
            |kind: Kind| !matches!(kind, Kind::Role | Kind::User | Kind::Group | Kind::InstanceProfile);
        let nodes = app.nodes.iter().filter(|node| runs(node.kind));
        let found = nodes.filter_map(|node| {
            let mut roles = self.roles_of(node);
            roles.sort_unstable();
            roles.dedup();
            (!roles.is_empty()).then_some(Carrier { node, roles })
        });
        found.collect()
    }

    fn roles_of(&self, node: &'a Node) -> Vec<usize> {
        let app = self.app;
        // A container's second role only starts it.
        let starts = node.attrs.get("execution_role").and_then(|value| self.role_named(value));
        let assumed = app.targets(node, Relation::Assumes);
        let mut roles: Vec<usize> = assumed.flat_map(|target| self.role_or_profile(target)).collect();
        if let Some(value) = node.attrs.get("role") {
            roles.extend(self.role_named(value));
        }
        if node.kind == Kind::Container {
            let own = node.attrs.get("role").and_then(|value| self.role_named(value));
            roles.retain(|role| Some(*role) != starts || own == starts);
            let tasks = app.targets(node, Relation::Uses).filter(|task| task.kind == Kind::Container);
            roles.extend(
                tasks.filter_map(|task| task.attrs.get("role")).filter_map(|value| self.role_named(value)),
            );
        }
        roles
    }

    fn role_or_profile(&self, node: &'a Node) -> Vec<usize> {
        if let Some(place) = self.place(node.id) {
            return vec![place];
        }
        if node.kind != Kind::InstanceProfile {
            return Vec::new();
        }
        let linked = self.app.targets(node, Relation::Assumes).filter_map(|role| self.place(role.id));
        let named = node.attrs.get("role").map_or(&[][..], Value::one_or_many);
        linked.chain(named.iter().filter_map(|value| self.role_named(value))).collect()
    }

    /// The role, or the role of the instance profile, that a text or an ARN names.
    fn role_named(&self, value: &Value) -> Option<usize> {
        let value = value.only().unwrap_or(value);
        if let Some(reference) = value.first_reference() {
            let node = self.app.named(&reference.target)?;
            return match node.kind {
                Kind::Role => self.place(node.id),
                Kind::InstanceProfile => self.role_or_profile(node).first().copied(),
                _ => self.role_in_text(&value.display()),
            };
        }
        self.role_in_text(&value.display())
    }

    fn role_in_text(&self, text: &str) -> Option<usize> {
        let name = text.rsplit('/').next().filter(|name| !name.is_empty() && !name.contains(['$', '*']))?;
        let is = |node: &&Node| node.attrs.get("name").and_then(Value::as_str) == Some(name);
        if let Some(role) = self.app.all(Kind::Role).find(is) {
            return self.place(role.id);
        }
        let profile = self.app.all(Kind::InstanceProfile).find(is)?;
        self.role_or_profile(profile).first().copied()
    }

    fn find_policies(&self) -> Vec<(&'a Node, Vec<usize>)> {
        let nodes = self.app.nodes.iter().filter(|node| node.kind == Kind::Policy && is_managed_policy(node));
        nodes
            .map(|node| {
                let mut holders: Vec<usize> = self
                    .app
                    .targets(node, Relation::AttachedTo)
                    .flat_map(|holder| {
                        let members = self.members(holder.id);
                        self.place(holder.id).into_iter().chain(members)
                    })
                    .collect();
                holders.sort_unstable();
                holders.dedup();
                (node, holders)
            })
            .collect()
    }

    /// Users of a group.
    pub(super) fn members(&self, group: NodeId) -> Vec<usize> {
        let users = self.identities.iter().enumerate();
        users.filter(|(_, identity)| identity.groups.contains(&group)).map(|(place, _)| place).collect()
    }

    /// Whether somebody may do something to a node of the application.
    pub(super) fn on(&self, who: usize, loose: Loose, action: &'static str, target: &'a Node) -> Decision {
        self.ask(who, loose, action, On::Target, Some(target), &[])
    }

    /// Whether somebody may make something.
    pub(super) fn new_one(&self, who: usize, loose: Loose, action: &'static str) -> Decision {
        self.ask(who, loose, action, On::New, None, &[])
    }

    /// Whether somebody may pass a role to one of these services.
    pub(super) fn pass(&self, who: usize, loose: Loose, role: &'a Node, services: &[&str]) -> Decision {
        self.ask(who, loose, "iam:PassRole", On::Target, Some(role), services)
    }

    /// Whether somebody may pass some role, wherever it is, to one of these services.
    pub(super) fn pass_any(&self, who: usize, loose: Loose, services: &[&str]) -> Decision {
        self.ask(who, loose, "iam:PassRole", On::New, None, services)
    }

    #[expect(clippy::too_many_arguments, reason = "the one place where the parts of a request come together")]
    fn ask(
        &self,
        who: usize,
        loose: Loose,
        action: &'static str,
        on: On,
        target: Option<&'a Node>,
        passed: &[&str],
    ) -> Decision {
        let Some(person) = self.people.get(who) else { return Decision::Nothing };
        let arn = target.and_then(|node| self.arns.get(&node.id));
        person.decide(&self.actions, &Ask { action, on, target, arn, passed }, loose)
    }

    /// Whether a role trusts one of these services.
    pub(super) fn trusts(&self, role: usize, services: &[&str]) -> Tri {
        let Some(door) = self.doors.get(role) else { return Tri::False };
        let named = |text: &str| services.iter().any(|service| begins(text, service));
        let Some(node) = self.node(role) else { return Tri::False };
        // A denial without conditions closes the door for whom it names.
        let mut answer = Tri::False;
        for entrance in &door.services {
            if !named(&entrance.who) {
                continue;
            }
            match entrance.statement.effect {
                Effect::Allow => answer = answer | self.open(entrance.statement, node, node),
                Effect::Deny if entrance.statement.conditions.is_empty() => return Tri::False,
                Effect::Deny | Effect::Unknown => {}
            }
        }
        answer
    }

    /// How a role lets somebody in.
    pub(super) fn entry(&self, role: usize, who: usize) -> Entry {
        let mut entry = Entry { direct: Tri::False, account: Tri::False };
        let (Some(node), Some(target), Some(door)) = (self.node(who), self.node(role), self.doors.get(role))
        else {
            return entry;
        };
        let own = self.arns.get(&node.id);
        for entrance in &door.people {
            let named = match (&entrance.who, own) {
                (Who::Everyone, _) => Tri::True,
                (Who::Account(_), _) => Tri::False,
                (Who::Named(Reach::Node(id)), _) => (*id == node.id).into(),
                (Who::Named(Reach::Arn(arn)), Some(own)) => arn.covers(own),
                (Who::Named(_), _) => Tri::False,
            };
            let account = if let Who::Account(sure) = entrance.who { sure } else { Tri::False };
            // A group is no principal: its members come in as users of the account.
            let direct = if node.kind == Kind::Group { Tri::False } else { named };
            if direct.is_false() && account.is_false() {
                continue;
            }
            let open = self.open(entrance.statement, node, target);
            match entrance.statement.effect {
                Effect::Allow => {
                    entry.direct = entry.direct | (direct & open);
                    entry.account = entry.account | (account & open);
                }
                Effect::Deny if entrance.statement.conditions.is_empty() => {
                    return Entry { direct: Tri::False, account: Tri::False };
                }
                Effect::Deny | Effect::Unknown => {}
            }
        }
        entry
    }

    /// Whether the conditions of a statement of a role's trust can be met by somebody.
    fn open(&self, statement: &model::Statement, who: &Node, role: &Node) -> Tri {
        if statement.conditions.is_empty() {
            return Tri::True;
        }
        can_hold(statement, &Request { app: self.app, principal: who, object: Some(role), passed: &[] })
    }

    /// Some node of the application has one of these types.
    pub(super) fn has_type(&self, types: &[&str]) -> bool {
        types.is_empty() || self.app.nodes.iter().any(|node| types.contains(&node.provider_type.as_str()))
    }
}

/// `lambda` begins `lambda.amazonaws.com`, and `states` begins `states.eu-west-1.amazonaws.com`.
fn begins(text: &str, service: &str) -> bool {
    text.strip_prefix(service).is_some_and(|rest| rest.starts_with(".amazonaws") || rest.starts_with(".${"))
        || (text.strip_prefix(service).is_some_and(|rest| rest.starts_with('.'))
            && text.contains(".amazonaws.com")
            && !service.contains('.'))
}

/// The account itself, `arn:aws:iam::123456789012:root` or its number: whoever in it is allowed to.
fn is_account(value: &Value, kind: &str) -> Tri {
    if kind != "AWS" {
        return Tri::False;
    }
    let text = value.display();
    if text.ends_with(":root") {
        // A literal account may be another one.
        return if value.as_str().is_some() { Tri::Unknown } else { Tri::True };
    }
    let number = text.len() == 12 && text.bytes().all(|letter| letter.is_ascii_digit());
    let own = text.ends_with("account_id}") || text == "${AWS::AccountId}";
    if own {
        Tri::True
    } else if number {
        Tri::Unknown
    } else {
        Tri::False
    }
}
