//! What policies on resources say: who is let in, and under which condition.
use model::{App, Data, Effect, Kind, Node, Policy, PolicyOrigin, Principal, Statement, Tri, Value};

/// What a policy guards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guarded {
    Bucket,
    Queue,
    Topic,
    Secret,
    Key,
    Bus,
    Search,
    Store,
}

/// A policy and the node on which it is to be reported.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held<'a> {
    pub node: &'a Node,
    pub policy: &'a Policy,
    pub guarded: Guarded,
}

/// Every policy on a store, queue, key or bus, once: where its text stands, or where a policy
/// document is attached.
pub(crate) fn held(app: &App) -> impl Iterator<Item = Held<'_>> {
    app.nodes.iter().filter_map(|node| Some((node, guarded(node)?))).flat_map(move |(node, guarded)| {
        let own = node.resource_policies.iter().filter(move |policy| {
            policy.origin == PolicyOrigin::Resource
                && (policy.written_in.is_none() || !comes_from_part(app, node, policy))
        });
        own.map(move |policy| Held { node, policy, guarded })
    })
}

/// The policy was given to this node by a part of it, which carries it too.
fn comes_from_part(app: &App, node: &Node, policy: &Policy) -> bool {
    let Some(holder) = policy.written_in.as_deref() else { return false };
    app.nodes.iter().filter(|part| part.kind == Kind::ResourcePolicy).any(|part| {
        part.name == holder
            || (part.id != node.id
                && part.resource_policies.iter().any(|other| other.written_in.as_deref() == Some(holder)))
    })
}

fn guarded(node: &Node) -> Option<Guarded> {
    Some(match node.kind {
        Kind::Bucket | Kind::BucketSetting => Guarded::Bucket,
        Kind::Queue => Guarded::Queue,
        Kind::Topic => Guarded::Topic,
        Kind::Secret => Guarded::Secret,
        Kind::Key => Guarded::Key,
        Kind::EventBus => Guarded::Bus,
        Kind::SearchDomain => Guarded::Search,
        Kind::Table | Kind::Stream | Kind::FileSystem | Kind::BackupVault => Guarded::Store,
        Kind::ResourcePolicy => by_type(&node.provider_type),
        _ => return None,
    })
}

fn by_type(provider_type: &str) -> Guarded {
    const TYPES: &[(&str, Guarded)] = &[
        ("S3", Guarded::Bucket),
        ("s3_bucket", Guarded::Bucket),
        ("SQS", Guarded::Queue),
        ("sqs", Guarded::Queue),
        ("SNS", Guarded::Topic),
        ("sns", Guarded::Topic),
        ("SecretsManager", Guarded::Secret),
        ("secretsmanager", Guarded::Secret),
        ("kms", Guarded::Key),
        ("Events", Guarded::Bus),
        ("event", Guarded::Bus),
        ("elasticsearch", Guarded::Search),
        ("opensearch", Guarded::Search),
    ];
    let found = TYPES.iter().find(|(part, _)| provider_type.contains(part));
    found.map_or(Guarded::Store, |(_, guarded)| *guarded)
}

/// The first statement that lets everyone in, without a condition that narrows who that is.
/// `Unknown` when a statement whose effect is not known could, or when the policy could not be read.
pub(crate) fn open_statement(policy: &Policy) -> (Tri, Option<&Statement>) {
    if policy.statements.is_empty() {
        return (Tri::Unknown, None);
    }
    let open = |statement: &&Statement| names_everyone(statement) && !is_narrowed(statement);
    let mut found = policy.statements.iter().filter(open);
    let certain = found.clone().find(|statement| statement.allows());
    match certain {
        Some(statement) => (Tri::True, Some(statement)),
        None => match found.find(|statement| statement.effect == Effect::Unknown) {
            Some(statement) => (Tri::Unknown, Some(statement)),
            None => (Tri::False, None),
        },
    }
}

/// Some principal is everyone, also as a wildcard ARN of any account, or as everyone but some.
fn names_everyone(statement: &Statement) -> bool {
    statement.for_everyone()
        || (statement.allows() && !statement.not_principals.is_empty())
        || statement.principals.iter().any(is_any_account)
}

fn is_any_account(principal: &Principal) -> bool {
    let wildcard = principal.value.as_str().is_some_and(|text| {
        text.starts_with("arn:") && text.split(':').nth(4).is_some_and(|account| account == "*")
    });
    principal.kind == "AWS" && wildcard
}

/// Keys of conditions that say who calls or from where.
const NARROWING: &[&str] = &[
    "aws:sourcearn",
    "aws:principalarn",
    "aws:sourceowner",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:userid",
    "aws:sourceip",
    "aws:vpcsourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:ec2instancesourcevpc",
    "ec2:sourceinstancearn",
    "lambda:sourcefunctionarn",
    "ssm:sourceinstancearn",
    "kms:calleraccount",
    "kms:viaservice",
    "sns:endpoint",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "saml:aud",
];

/// Whether a condition limits the callers of a statement to somebody.
fn is_narrowed(statement: &Statement) -> bool {
    let narrow = statement.conditions.iter().filter(|condition| {
        let operator = condition.operator.to_ascii_lowercase();
        let compares = ["equals", "like", "ipaddress"].iter().any(|word| operator.contains(word));
        compares
            && !operator.contains("not")
            && NARROWING.iter().any(|key| condition.key.eq_ignore_ascii_case(key))
    });
    let mut found = narrow.peekable();
    found.peek().is_some()
        && found.all(|condition| !condition.values.iter().any(|value| is_wide(&condition.key, value)))
}

/// A value that everyone matches. What is not literal names somebody.
fn is_wide(key: &str, value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    if key.eq_ignore_ascii_case("aws:sourceip") {
        return text.ends_with("/0");
    }
    if text.starts_with("arn:") {
        let mut parts = text.split(':').skip(2);
        let (service, account) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
        // Names of buckets are unique in the world, and their ARNs have no account.
        return service != "s3" && (account == "*" || (account.is_empty() && service.is_empty()));
    }
    text == "*"
}

/// The bare service principals of a statement that allows something.
pub(crate) fn services(statement: &Statement) -> impl Iterator<Item = &str> {
    let services = statement.principals.iter().filter(|principal| principal.kind == "Service");
    services.filter_map(|principal| principal.value.as_str())
}

/// Accounts that a statement names by number, as `arn:aws:iam::123456789012:root` or alone.
pub(crate) fn named_accounts(statement: &Statement) -> impl Iterator<Item = &str> {
    let accounts = statement.principals.iter().filter(|principal| principal.kind == "AWS");
    accounts.filter_map(|principal| principal.value.as_str()).filter_map(|text| {
        let account = if text.starts_with("arn:") { text.split(':').nth(4)? } else { text };
        (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
    })
}

/// Whether some statement of a node's policies refuses requests without TLS.
pub(crate) fn refuses_plain_http(node: &Node) -> Tri {
    let policies = node.resource_policies.iter().filter(|policy| policy.origin == PolicyOrigin::Resource);
    let mut unread = false;
    for policy in policies {
        if policy.statements.is_empty() {
            unread = true;
        }
        if policy.statements.iter().any(denies_plain_http) {
            return Tri::True;
        }
    }
    if unread { Tri::Unknown } else { Tri::False }
}

fn denies_plain_http(statement: &Statement) -> bool {
    let insecure = statement.conditions.iter().any(|condition| {
        let off = condition.values.iter().any(|value| match &value.data {
            Data::Bool(on) => !on,
            Data::Text(text) => text.eq_ignore_ascii_case("false"),
            _ => false,
        });
        let old = condition.operator.to_ascii_lowercase().starts_with("numericlessthan")
            && condition.key.eq_ignore_ascii_case("s3:TlsVersion");
        (condition.key.eq_ignore_ascii_case("aws:SecureTransport") && off) || old
    });
    statement.effect == Effect::Deny && insecure
}

/// Some action is everything, or everything of one service, or everything but some.
pub(crate) fn allows_everything(statement: &Statement) -> bool {
    let wide = |value: &Value| value.as_str().is_some_and(|text| text == "*" || text.ends_with(":*"));
    statement.allows() && (statement.actions.iter().any(wide) || !statement.not_actions.is_empty())
}

/// What a statement lets somebody do, in a few words: "call `s3:GetObject` and 2 other actions".
pub(crate) fn what(statement: Option<&Statement>) -> String {
    let actions: &[Value] = statement.map_or(&[], |statement| &statement.actions);
    match actions {
        [] => "in".to_owned(),
        [one] => format!("call `{}`", one.display()),
        [one, other] => format!("call `{}` and `{}`", one.display(), other.display()),
        [one, others @ ..] => format!("call `{}` and {} other actions", one.display(), others.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first public statement of a queue policy with these statements, and what it allows.
    fn check(statements: &str) -> String {
        let template = format!(
            "Resources:\n  P:\n    Type: AWS::SQS::QueuePolicy\n    Properties: {{ Queues: [q], PolicyDocument: {{ Statement: [{statements}] }} }}\n"
        );
        let project = testkit::project([("template.yaml", template.as_str())]);
        let found = held(&project.apps[0]).next().expect("a policy");
        let (open, statement) = open_statement(found.policy);
        format!("{open:?} {}", what(statement))
    }

    #[test]
    fn only_a_condition_that_names_somebody_narrows() {
        let public = |condition: &str| {
            check(&format!("{{ Effect: Allow, Principal: '*', Action: sqs:SendMessage{condition} }}"))
        };
        assert_eq!(public(""), "True call `sqs:SendMessage`");
        assert_eq!(
            public(", Condition: { Bool: { aws:SecureTransport: true } }"),
            "True call `sqs:SendMessage`"
        );
        assert_eq!(
            public(", Condition: { ArnLike: { aws:SourceArn: 'arn:aws:sns:*:*:*' } }"),
            "True call `sqs:SendMessage`"
        );
        assert_eq!(public(", Condition: { ArnLike: { aws:SourceArn: 'arn:aws:s3:*:*:files' } }"), "False in");
        assert_eq!(
            public(", Condition: { StringEquals: { AWS:SourceAccount: '111122223333' } }"),
            "False in"
        );
        assert_eq!(
            public(", Condition: { StringNotEquals: { aws:SourceAccount: '111122223333' } }"),
            "True call `sqs:SendMessage`"
        );
    }

    #[test]
    fn an_effect_that_is_not_known_decides_nothing() {
        assert_eq!(
            check("{ Effect: !ImportValue Effect, Principal: '*', Action: [a, b, c] }"),
            "Unknown call `a` and 2 other actions"
        );
        assert_eq!(check("{ Effect: Deny, Principal: '*', Action: a }"), "False in");
    }
}
