//! The policy of this bus names everyone, and no condition narrows that.
use crate::data::policies::{Guarded, held, open_statement, what};
use crate::prelude::*;
use crate::repair::own_account_only;

check! {
    /// # Event bus policy that lets everyone in
    ///
    /// The policy of this bus names everyone, and no condition narrows that.
    ///
    /// ## Why it matters
    ///
    /// Any account can put events on the bus. Rules start functions with whatever they say, and every event
    /// is paid for.
    ///
    /// ## What to do
    ///
    /// Name the accounts, or require your organisation with `aws:PrincipalOrgID`.
    ///
    /// ```yaml fires
    /// Open:
    ///   Type: AWS::Events::EventBus
    ///   Properties:
    ///     Name: orders
    ///     Policy: { Statement: [{ Effect: Allow, Principal: "*", Action: "events:PutEvents", Resource: "*" }] }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudwatch_event_bus_policy" "open" {
    ///   event_bus_name = "b"
    ///   policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "events:PutEvents", Resource = "*" }] })
    /// }
    /// ```
    /// ```yaml quiet
    /// Own:
    ///   Type: AWS::Events::EventBus
    ///   Properties:
    ///     Name: orders
    ///     Policy:
    ///       Statement:
    ///         - { Effect: Allow, Principal: "*", Action: "events:PutEvents", Resource: "*", Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:t" } } }
    /// ```
    PUBLIC_EVENT_BUS = "public-event-bus" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: public_event_bus,
    }
}

fn public_event_bus(app: &App, findings: &mut Findings) {
    for held in held(app).filter(|held| held.guarded == Guarded::Bus) {
        let (open, statement) = open_statement(held.policy);
        findings.when(open, || {
            PUBLIC_EVENT_BUS
                .at(held.node, format!("the policy `{}` lets everyone {}", held.node.name, what(statement)))
                .at(statement.map_or(held.policy.at, |statement| statement.at))
                .fix_if(statement.and_then(|statement| own_account_only(held.node, statement)))
        });
    }
}
