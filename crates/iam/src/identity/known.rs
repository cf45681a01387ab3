//! The statements of policies that AWS keeps.
use std::collections::BTreeMap;

use model::{PolicyOrigin, Span, Statement, Value};

use crate::catalogue;
use crate::document::{self, Document};

/// Managed policies that were read already: some have thousands of actions, and many roles attach the same.
#[derive(Debug, Default)]
pub(crate) struct Known(BTreeMap<String, Option<Vec<Statement>>>);

impl Known {
    /// What a managed policy says; its statements stand where it is attached. `None` when nobody knows.
    pub(crate) fn statements(&mut self, arn: &str, at: Span) -> Option<Vec<Statement>> {
        let known = self.0.entry(arn.to_owned()).or_insert_with(|| read(arn));
        let mut statements = known.clone()?;
        statements.iter_mut().for_each(|statement| place(statement, at));
        Some(statements)
    }
}

fn read(arn: &str) -> Option<Vec<Statement>> {
    let managed = catalogue::managed(arn)?;
    let text = Document { name: "", path: "", file: Span::NONE.file, text: managed.document };
    let (policy, _) = document::read(&text, PolicyOrigin::Managed(arn.to_owned()));
    (!policy.statements.is_empty()).then_some(policy.statements)
}

/// The text of the policy is in no file: it is where its name is.
fn place(statement: &mut Statement, at: Span) {
    statement.at = at;
    let lists = [
        &mut statement.actions,
        &mut statement.not_actions,
        &mut statement.resources,
        &mut statement.not_resources,
    ];
    let values = lists.into_iter().flatten();
    let conditions = statement.conditions.iter_mut().flat_map(|condition| &mut condition.values);
    values.chain(conditions).for_each(|value: &mut Value| value.at = at);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_managed_policy_stands_where_it_is_attached() {
        let at = Span::new(model::FileId(3), 5, 9);
        let statements =
            Known::default().statements("arn:aws:iam::aws:policy/AdministratorAccess", at).unwrap();
        let statement = statements.first().unwrap();
        assert!(statement.has_action("*") && statement.on_everything());
        assert_eq!((statement.at, statement.actions[0].at), (at, at));
        assert!(Known::default().statements("arn:aws:iam::123456789012:policy/own", at).is_none());
    }
}
