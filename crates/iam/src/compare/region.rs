//! The part of a statement that is about one action pattern and one resource pattern.
use model::{Principal, Statement, Tri, Value};

use super::implied;
use crate::Pattern;

/// Actions of one pattern on resources of one pattern, without the excepted ones.
#[derive(Debug, Clone)]
pub(super) struct Region<'a> {
    pub(super) statement: &'a Statement,
    pub(super) action: Pattern,
    spelled: String,
    resource: Pattern,
    except_actions: Vec<Pattern>,
    except_resources: Vec<Pattern>,
    principal: Option<&'a Principal>,
}

impl<'a> Region<'a> {
    /// All parts of a statement.
    pub(super) fn all(statement: &'a Statement) -> Vec<Self> {
        let everything = Pattern::parse("*");
        let except_actions: Vec<Pattern> = statement.not_actions.iter().map(Pattern::action_of).collect();
        let except_resources: Vec<Pattern> = statement.not_resources.iter().map(Pattern::of).collect();
        let mut actions: Vec<(Pattern, String)> =
            statement.actions.iter().map(|action| (Pattern::action_of(action), action.display())).collect();
        let mut resources: Vec<Pattern> = statement.resources.iter().map(Pattern::of).collect();
        if actions.is_empty() && !except_actions.is_empty() {
            actions.push((everything.clone(), "*".to_owned()));
        }
        // Trust policies name no resource.
        if resources.is_empty() {
            resources.push(everything);
        }
        let mut principals: Vec<Option<&Principal>> = statement.principals.iter().map(Some).collect();
        if principals.is_empty() {
            principals.push(None);
        }
        let mut regions = Vec::new();
        for (action, spelled) in &actions {
            for resource in &resources {
                for principal in &principals {
                    regions.push(Self {
                        statement,
                        action: action.clone(),
                        spelled: spelled.clone(),
                        resource: resource.clone(),
                        except_actions: except_actions.clone(),
                        except_resources: except_resources.clone(),
                        principal: *principal,
                    });
                }
            }
        }
        regions
    }

    /// The part about one action; `None` when that is excepted.
    pub(super) fn with_action(&self, action: &str) -> Option<Self> {
        let pattern = Pattern::action(action);
        if self.except_actions.iter().any(|except| pattern.within(except).is_true()) {
            return None;
        }
        Some(Self { action: pattern, spelled: action.to_owned(), except_actions: Vec::new(), ..self.clone() })
    }

    pub(super) fn action_text(&self) -> String {
        except(&self.spelled, &self.except_actions)
    }

    pub(super) fn resource_text(&self) -> String {
        except(&self.resource.to_string(), &self.except_resources)
    }

    /// Whether a statement is about all of it, whenever this one is.
    pub(super) fn covered_by(&self, statement: &Statement) -> Tri {
        let actions = covered(
            (&self.action, &self.except_actions),
            (&statement.actions, &statement.not_actions),
            Pattern::action_of,
        );
        if actions.is_false() {
            return Tri::False;
        }
        let resources = covered(
            (&self.resource, &self.except_resources),
            (&statement.resources, &statement.not_resources),
            Pattern::of,
        );
        if resources.is_false() {
            return Tri::False;
        }
        let implied = implied::all(&self.statement.conditions, &statement.conditions);
        actions & resources & implied & self.principal_within(statement)
    }

    /// Whether a statement is about some of it. Conditions are not looked at: both may hold.
    pub(super) fn meets(&self, statement: &Statement) -> Tri {
        let actions = shared(
            (&self.action, &self.except_actions),
            (&statement.actions, &statement.not_actions),
            Pattern::action_of,
        );
        let resources = shared(
            (&self.resource, &self.except_resources),
            (&statement.resources, &statement.not_resources),
            Pattern::of,
        );
        let principal = self.principal_within(statement);
        // Another way to say who may still be the same principal.
        let principal =
            if principal.is_false() && self.principal.is_some() { Tri::Unknown } else { principal };
        actions & resources & principal
    }

    fn principal_within(&self, statement: &Statement) -> Tri {
        let named = !statement.principals.is_empty() || !statement.not_principals.is_empty();
        if statement.for_everyone() || (!named && self.principal.is_none() && self.is_for_identity()) {
            return Tri::True;
        }
        let Some(own) = self.principal else {
            let same = self.statement.not_principals.len() == statement.not_principals.len()
                && !self.is_for_identity()
                && statement.principals.is_empty()
                && self.statement.not_principals.iter().all(|own| is_in(own, &statement.not_principals));
            return if same { Tri::True } else { Tri::Unknown };
        };
        if is_in(own, &statement.principals) {
            return Tri::True;
        }
        if own.is_everyone() && statement.not_principals.is_empty() {
            return Tri::False;
        }
        let open = own.value.is_open() || statement.principals.iter().any(|each| each.value.is_open());
        if open || !statement.not_principals.is_empty() || !named { Tri::Unknown } else { Tri::False }
    }

    fn is_for_identity(&self) -> bool {
        self.statement.not_principals.is_empty()
    }
}

fn is_in(principal: &Principal, list: &[Principal]) -> bool {
    let same = |other: &Principal| {
        other.kind == principal.kind && Pattern::of(&other.value) == Pattern::of(&principal.value)
    };
    list.iter().any(same)
}

fn except(text: &str, excepted: &[Pattern]) -> String {
    if excepted.is_empty() {
        return text.to_owned();
    }
    let excepted: Vec<String> = excepted.iter().map(Pattern::to_string).collect();
    format!("{text} except {}", excepted.join(", "))
}

type Set<'a> = (&'a Pattern, &'a [Pattern]);
type Lists<'a> = (&'a [Value], &'a [Value]);

/// Whether a set is inside of what a statement's two lists say.
fn covered((own, own_except): Set<'_>, (list, not_list): Lists<'_>, read: fn(&Value) -> Pattern) -> Tri {
    let within =
        if list.is_empty() { Tri::True } else { Tri::any(list.iter().map(|other| own.within(&read(other)))) };
    let clear = |other: &Value| {
        let other = read(other);
        let excepted = Tri::any(own_except.iter().map(|own| other.within(own)));
        excepted | !own.meets(&other)
    };
    within & Tri::all(not_list.iter().map(clear))
}

/// Whether a set and what a statement's two lists say have something in common.
fn shared((own, own_except): Set<'_>, (list, not_list): Lists<'_>, read: fn(&Value) -> Pattern) -> Tri {
    let excepted = |other: &Pattern| Tri::any(own_except.iter().map(|except| other.within(except)));
    let meets = if list.is_empty() {
        Tri::True
    } else {
        Tri::any(list.iter().map(read).map(|other| own.meets(&other) & !excepted(&other)))
    };
    // Wholly inside of what the statement leaves out: nothing in common.
    meets & !Tri::any(not_list.iter().map(|other| own.within(&read(other))))
}
