//! Who may become a function's role beside the function.
//!
//! Facts with places, for the view of one function; whether one of them is a weakness is for checks to say.
#[cfg(test)]
mod tests;

use model::{
    App, Effect, Kind, Node, NodeId, Policy, PolicyOrigin, Principal, Relation, Span, Statement, Value,
};

use crate::paths::arn::Reach;

/// Somebody whom a role trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    pub role: NodeId,
    /// The statement.
    pub at: Span,
    /// As written: `lambda.amazonaws.com`, `arn:aws:iam::123456789012:root`.
    pub who: String,
    pub concern: Concern,
}

/// What is to be said of one who is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// What runs as the role, or a principal of the application by name.
    None,
    /// A service that runs nothing with this role in the application.
    OtherService,
    /// A service that acts for many accounts, and nothing says for whose resource.
    ConfusedDeputy,
    /// Everyone of the account whose policies allow it.
    Account,
    /// Another account, by itself; a condition asks for an external id or an organisation.
    OtherAccount,
    /// Another account, and no external id is asked for.
    OtherAccountWithoutExternalId,
    /// People or programs that somebody outside vouches for, narrowed to some of them.
    Federated,
    /// The same, and nothing says whom.
    FederatedWithoutSubject,
    /// A person or a program with keys of their own.
    Person,
    /// Every account of the world.
    Everyone,
    /// Everyone but those who are named.
    Excepted,
    /// Not known before deployment.
    Unknown,
}

impl Concern {
    /// A predicate: "may be assumed by … ".
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::None => "runs as it",
            Self::OtherService => "is a service that runs nothing with it",
            Self::ConfusedDeputy => "acts for any account: nothing names the source",
            Self::Account => "stands for everyone in the account who may assume roles",
            Self::OtherAccount => "is another account",
            Self::OtherAccountWithoutExternalId => "is another account, and no external id is asked for",
            Self::Federated => "signs in elsewhere",
            Self::FederatedWithoutSubject => "signs in elsewhere, and nothing says who",
            Self::Person => "is a person or a program with keys",
            Self::Everyone => "is everyone in the world",
            Self::Excepted => "is everyone but some",
            Self::Unknown => "is known only when deployed",
        }
    }
}

/// Everybody whom the role of a function trusts, in the order of its statements.
#[must_use]
pub fn trust_of(app: &App, function: &Node) -> Vec<Trust> {
    let role = app.targets(function, Relation::Assumes).find(|node| node.kind == Kind::Role);
    role.map_or_else(Vec::new, |role| trust(app, role))
}

/// Everybody whom a role trusts.
#[must_use]
pub fn trust(app: &App, role: &Node) -> Vec<Trust> {
    let policies = role.resource_policies.iter().filter(|policy| policy.origin == PolicyOrigin::Trust);
    policies.flat_map(|policy| of_policy(app, role, policy)).collect()
}

fn of_policy(app: &App, role: &Node, policy: &Policy) -> Vec<Trust> {
    let found = |at: Span, who: String, concern: Concern| Trust { role: role.id, at, who, concern };
    if policy.statements.is_empty() && policy.written_in.is_some() {
        return vec![found(policy.at, policy.written_in.clone().unwrap_or_default(), Concern::Unknown)];
    }
    let mut all = Vec::new();
    for statement in policy.statements.iter().filter(|statement| statement.effect != Effect::Deny) {
        if statement.effect == Effect::Unknown {
            all.push(found(statement.at, String::new(), Concern::Unknown));
        }
        for principal in &statement.principals {
            let concern = concern(app, role, statement, principal);
            all.push(found(statement.at, principal.value.display(), concern));
        }
        for principal in &statement.not_principals {
            all.push(found(statement.at, principal.value.display(), Concern::Excepted));
        }
    }
    all
}

fn concern(app: &App, role: &Node, statement: &Statement, principal: &Principal) -> Concern {
    if principal.is_everyone() {
        return if is_narrowed(statement) { Concern::OtherAccount } else { Concern::Everyone };
    }
    match principal.kind.as_str() {
        "Service" => service(app, role, statement, &principal.value),
        "Federated" if names_subject(statement) => Concern::Federated,
        "Federated" => Concern::FederatedWithoutSubject,
        "AWS" => account(app, statement, &principal.value),
        _ => Concern::Unknown,
    }
}

/// Keys that say who may come: an account, an organisation, a principal.
fn is_narrowed(statement: &Statement) -> bool {
    const KEYS: &[&str] = &[
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:PrincipalArn",
        "aws:PrincipalAccount",
        "sts:ExternalId",
    ];
    KEYS.iter().any(|key| statement.condition(key).is_some())
}

/// Some condition names whom the provider may vouch for: the subject, the e-mail, the group.
fn names_subject(statement: &Statement) -> bool {
    statement.conditions.iter().any(|condition| {
        let key = condition.key.to_ascii_lowercase();
        let is_subject = [":sub", ":email", ":oaud", "saml:sub", "saml:edupersonorgdn"].iter().any(|end| key.ends_with(end))
            || key.contains(":sub/")
            // An identity pool's own audience is its one set of users.
            || key == "cognito-identity.amazonaws.com:aud";
        is_subject && condition.values.iter().any(|value| value.display() != "*")
    })
}

/// Services that act for the resources of any account with a role that trusts them.
///
/// Source: IAM User Guide, "The confused deputy problem"; each service's page on cross-service access.
const DEPUTIES: &[&str] = &[
    "appsync",
    "bedrock",
    "bedrock-agentcore",
    "cloudtrail",
    "codebuild",
    "config",
    "delivery.logs",
    "events",
    "firehose",
    "iot",
    "pipes",
    "scheduler",
    "ses",
    "sns",
    "ssm",
    "states",
    "transfer",
    "vpc-flow-logs",
];

fn service(app: &App, role: &Node, statement: &Statement, value: &Value) -> Concern {
    let name = value.display();
    let name = name.split(".amazonaws").next().unwrap_or_default();
    // A service may be written with its region.
    let runs =
        app.sources(role, Relation::Assumes).any(|node| services_of(node).iter().any(|own| is(name, own)));
    let replicated = app.sources(role, Relation::Assumes).any(|node| node.kind == Kind::Function);
    // Functions at the edge run as two services.
    let at_the_edge = replicated && name == "edgelambda";
    if !(runs || at_the_edge) {
        return Concern::OtherService;
    }
    const KEYS: &[&str] = &["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];
    let named = KEYS.iter().any(|key| statement.condition(key).is_some());
    if !named && DEPUTIES.iter().any(|deputy| is(name, deputy)) {
        Concern::ConfusedDeputy
    } else {
        Concern::None
    }
}

fn is(name: &str, service: &str) -> bool {
    name == service || name.strip_prefix(service).is_some_and(|rest| rest.starts_with('.'))
}

/// Services that run a node of this kind. An empty name: any, since nothing is known of the kind.
fn services_of(node: &Node) -> &'static [&'static str] {
    match node.kind {
        Kind::Function => &["lambda"],
        Kind::StateMachine => &["states"],
        Kind::Schedule => &["scheduler"],
        Kind::EventRule | Kind::EventBus => &["events"],
        Kind::InstanceProfile | Kind::Machine => &["ec2"],
        Kind::Container => &["ecs-tasks", "ecs", "eks"],
        Kind::Build => &["codebuild", "codepipeline", "codedeploy"],
        Kind::DeliveryStream => &["firehose"],
        Kind::DataJob => &["glue"],
        Kind::GraphqlApi => &["appsync"],
        Kind::Api | Kind::ApiIntegration | Kind::Authorizer => &["apigateway"],
        Kind::ApiPart => &["apigateway", "appsync"],
        Kind::Ml => &["sagemaker", "bedrock"],
        Kind::Trail => &["cloudtrail"],
        Kind::FlowLog => &["vpc-flow-logs"],
        Kind::Bucket => &["s3"],
        Kind::BackupSelection => &["backup"],
        Kind::NestedStack => &["cloudformation"],
        _ => &[
            "lambda",
            "states",
            "scheduler",
            "pipes",
            "events",
            "iot",
            "apprunner",
            "tasks",
            "bedrock-agentcore",
        ],
    }
}

fn account(app: &App, statement: &Statement, value: &Value) -> Concern {
    if let Reach::Node(id) = Reach::of(app, value, None) {
        let person = app.node(id).is_some_and(|node| node.kind == Kind::User);
        return if person { Concern::Person } else { Concern::None };
    }
    let text = value.display();
    if value.is_unknown() && !text.to_ascii_lowercase().contains("account") {
        return Concern::Unknown;
    }
    let whole = text.ends_with(":root")
        || text.len() == 12
        || text.ends_with("account_id}")
        || text.ends_with("AccountId}");
    if !whole {
        return if text.contains(":user/") { Concern::Person } else { Concern::OtherAccount };
    }
    // An account that is written as a number is another one; the own one has a name in every template.
    let number =
        text.split(':').find(|part| part.len() == 12 && part.bytes().all(|letter| letter.is_ascii_digit()));
    match number {
        Some(_) if statement.condition("sts:ExternalId").is_some() || is_narrowed(statement) => {
            Concern::OtherAccount
        }
        Some(_) => Concern::OtherAccountWithoutExternalId,
        None => Concern::Account,
    }
}
