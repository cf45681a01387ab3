//! Who may assume roles.
use model::{App, Kind, Node, Statement};

/// Every statement that lets someone assume a role, with the role. Documents that stand elsewhere
/// count for the role that uses them.
pub(super) fn trusts(app: &App) -> impl Iterator<Item = (&Node, &Statement)> {
    app.all(Kind::Role).flat_map(|role| {
        let statements = role.trust().flat_map(|policy| &policy.statements);
        statements.filter(|statement| statement.allows()).map(move |statement| (role, statement))
    })
}
