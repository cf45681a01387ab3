//! The policy of this bus names an account by its number, and no condition narrows the statement.
use crate::data::policies::{Guarded, held, named_accounts};
use crate::prelude::*;

check! {
    /// # Event bus that another account may use
    ///
    /// The policy of this bus names an account by its number, and no condition narrows the statement.
    ///
    /// ## Why it matters
    ///
    /// Events from the other account start your functions. Whoever controls it decides what they say.
    ///
    /// ## What to do
    ///
    /// Check that the account is yours or a partner's, and narrow the statement to the sources and detail
    /// types that it may send.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Events::EventBusPolicy
    ///   Properties: { StatementId: a, Principal: '111122223333', Action: 'events:PutEvents' }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudwatch_event_permission" "store" {
    ///   statement_id = "a"
    ///   principal = "111122223333"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Events::EventBusPolicy
    ///   Properties: { StatementId: a, Principal: '*', Action: 'events:PutEvents', Condition: { Type: StringEquals, Key: 'aws:PrincipalOrgID', Value: o-1 } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudwatch_event_permission" "store" {
    ///   statement_id = "a"
    ///   principal = "*"
    ///   condition {
    ///     key   = "aws:PrincipalOrgID"
    ///     type  = "StringEquals"
    ///     value = "o-1"
    ///   }
    /// }
    /// ```
    EVENT_BUS_OPEN_TO_ANOTHER_ACCOUNT = "event-bus-open-to-another-account" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: event_bus_open_to_another_account,
    }
}

fn event_bus_open_to_another_account(app: &App, findings: &mut Findings) {
    for held in held(app).filter(|held| held.guarded == Guarded::Bus) {
        let foreign = |one: &&Statement| {
            one.allows() && one.conditions.is_empty() && named_accounts(one).next().is_some()
        };
        let Some(statement) = held.policy.statements.iter().find(foreign) else { continue };
        let message = format!("another account may put events on the bus by `{}`", held.node.name);
        findings.push(EVENT_BUS_OPEN_TO_ANOTHER_ACCOUNT.at(held.node, message).at(statement.at));
    }
}
