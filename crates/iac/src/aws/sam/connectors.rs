//! Connectors: permissions between two resources, chosen by SAM from their types.
//!
//! Source: AWS SAM Developer Guide, "AWS SAM connector reference": supported source and destination types.
use model::{
    Condition, Data, Kind, NodeId, Policy, PolicyOrigin, Principal, Relation, Span, Statement, Value,
};

use super::policies::{actions, arn_of, arn_with, statement};
use crate::lower::Lowering;
use crate::resource::Resource;

pub(super) const CONNECTOR: &str = "AWS::Serverless::Connector";

/// What a source may do with a destination of a kind.
struct Grant {
    destination: Kind,
    access: &'static str,
    actions: &'static str,
    /// Ends of the destination's ARN.
    on: &'static [&'static str],
}

const fn grant(
    destination: Kind,
    access: &'static str,
    actions: &'static str,
    on: &'static [&'static str],
) -> Grant {
    Grant { destination, access, actions, on }
}

/// Given to the source's role.
const GRANTS: &[Grant] = &[
    grant(Kind::Function, "Write", "lambda:InvokeAsync,InvokeFunction", &[""]),
    grant(
        Kind::Bucket,
        "Read",
        "s3:GetObject,GetObjectAcl,GetObjectLegalHold,GetObjectRetention,GetObjectTorrent,GetObjectVersion,\
         GetObjectVersionAcl,GetObjectVersionForReplication,GetObjectVersionTorrent,ListBucket,\
         ListBucketMultipartUploads,ListBucketVersions,ListMultipartUploadParts",
        &["", "/*"],
    ),
    grant(
        Kind::Bucket,
        "Write",
        "s3:AbortMultipartUpload,DeleteObject,DeleteObjectVersion,PutObject,PutObjectLegalHold,\
         PutObjectRetention,RestoreObject",
        &["", "/*"],
    ),
    grant(
        Kind::Table,
        "Read",
        "dynamodb:GetItem,Query,Scan,BatchGetItem,ConditionCheckItem,PartiQLSelect",
        &["", "/index/*"],
    ),
    grant(
        Kind::Table,
        "Write",
        "dynamodb:PutItem,UpdateItem,DeleteItem,BatchWriteItem,PartiQLDelete,PartiQLInsert,PartiQLUpdate",
        &["", "/index/*"],
    ),
    grant(Kind::Queue, "Read", "sqs:ReceiveMessage,GetQueueAttributes", &[""]),
    grant(Kind::Queue, "Write", "sqs:DeleteMessage,SendMessage,ChangeMessageVisibility,PurgeQueue", &[""]),
    grant(Kind::Topic, "Write", "sns:Publish", &[""]),
    grant(Kind::StateMachine, "Read", "states:DescribeStateMachine,ListExecutions", &[""]),
    grant(
        Kind::StateMachine,
        "Read",
        "states:DescribeExecution,DescribeStateMachineForExecution,GetExecutionHistory",
        &[":*"],
    ),
    grant(Kind::StateMachine, "Write", "states:StartExecution,StartSyncExecution", &[""]),
    grant(Kind::StateMachine, "Write", "states:StopExecution", &[":*"]),
    grant(Kind::EventBus, "Write", "events:PutEvents", &[""]),
    grant(
        Kind::Other,
        "Read",
        "geo:DescribePlaceIndex,GetPlace,SearchPlaceIndexForPosition,SearchPlaceIndexForSuggestions,\
         SearchPlaceIndexForText",
        &[""],
    ),
];

/// Given to the role of a function that is the destination of a source that it polls.
const POLLED: &[Grant] = &[
    grant(
        Kind::Table,
        "Read",
        "dynamodb:DescribeStream,GetRecords,GetShardIterator,ListStreams",
        &["/stream/*"],
    ),
    grant(Kind::Queue, "Read", "sqs:ReceiveMessage,GetQueueAttributes", &[""]),
    grant(Kind::Queue, "Write", "sqs:DeleteMessage", &[""]),
];

/// Sources that have no role: the service is let in by the destination's own policy.
const SERVICES: &[(Kind, &str)] = &[
    (Kind::EventRule, "events.amazonaws.com"),
    (Kind::Topic, "sns.amazonaws.com"),
    (Kind::Bucket, "s3.amazonaws.com"),
    (Kind::Api, "apigateway.amazonaws.com"),
    (Kind::GraphqlApi, "appsync.amazonaws.com"),
];

/// What such a service does with a destination.
const SERVED: &[(Kind, &str)] = &[
    (Kind::Function, "lambda:InvokeFunction"),
    (Kind::Topic, "sns:Publish"),
    (Kind::Queue, "sqs:SendMessage"),
];

/// Gives every source of a connector what it asks for on every destination.
pub(super) fn connect(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    let ends = |name: &str| -> Vec<NodeId> {
        let ends = resource.properties.get(name).map_or(&[][..], Value::one_or_many).iter();
        ends.filter_map(|end| lowering.target(end.get("Id").or_else(|| end.get("Arn"))?)).collect()
    };
    let (sources, destinations) = (ends("Source"), ends("Destination"));
    let access: Vec<String> = resource
        .properties
        .get("Permissions")
        .map_or(&[][..], Value::one_or_many)
        .iter()
        .map(Value::display)
        .collect();
    for source in sources {
        for destination in &destinations {
            let link = Link { connector: resource, id, source, destination: *destination, access: &access };
            link.make(lowering);
        }
    }
}

struct Link<'a> {
    connector: &'a Resource,
    id: NodeId,
    source: NodeId,
    destination: NodeId,
    access: &'a [String],
}

impl Link<'_> {
    fn make(&self, lowering: &mut Lowering<'_>) {
        let (Some(source), Some(destination)) = (lowering.node(self.source), lowering.node(self.destination))
        else {
            return;
        };
        let (source_kind, destination_kind) = (source.kind, destination.kind);
        let (source_name, destination_name) = (source.name.clone(), destination.name.clone());
        let at = self.connector.name_at;
        if destination_kind == Kind::Function && matches!(source_kind, Kind::Table | Kind::Queue) {
            let statements = self.statements(POLLED, source_kind, &source_name);
            return self.give(lowering, self.destination, statements);
        }
        let service = SERVICES.iter().find(|(kind, _)| *kind == source_kind);
        let served = SERVED.iter().find(|(kind, _)| *kind == destination_kind);
        if let (Some((_, service)), Some((_, action))) = (service, served) {
            let mut policy = self.policy(vec![let_in(service, action, &source_name, &destination_name, at)]);
            policy.origin = PolicyOrigin::Resource;
            if let Some(node) = lowering.node_mut(self.destination) {
                node.resource_policies.push(policy);
            }
            return;
        }
        let statements = self.statements(GRANTS, destination_kind, &destination_name);
        self.give(lowering, self.source, statements);
    }

    fn statements(&self, grants: &[Grant], kind: Kind, name: &str) -> Vec<Statement> {
        let at = self.connector.name_at;
        let asked = grants.iter().filter(|grant| {
            grant.destination == kind && self.access.iter().any(|access| access == grant.access)
        });
        asked
            .map(|grant| {
                let mut statement = statement(at);
                statement.actions = actions(grant.actions, at);
                statement.resources = grant.on.iter().map(|suffix| arn_with(name, suffix, at)).collect();
                statement
            })
            .collect()
    }

    fn policy(&self, statements: Vec<Statement>) -> Policy {
        let name = self.connector.name.clone();
        Policy {
            origin: PolicyOrigin::Template(name.clone()),
            at: self.connector.name_at,
            statements,
            written_in: Some(name.clone()),
            name,
        }
    }

    /// The identity, its role when it has one of its own, and the connector carry the permissions.
    fn give(&self, lowering: &mut Lowering<'_>, holder: NodeId, statements: Vec<Statement>) {
        if statements.is_empty() {
            return;
        }
        let at = self.connector.name_at;
        let policy = self.policy(statements);
        let role = lowering.node(holder).and_then(|node| node.attrs.get("role")).cloned();
        let role = role.and_then(|role| lowering.target(&role));
        for identity in [Some(holder), role].into_iter().flatten() {
            if let Some(node) = lowering.node_mut(identity) {
                node.policies.push(policy.clone());
            }
        }
        lowering.edge(self.id, Relation::AttachedTo, holder, at);
        if let Some(node) = lowering.node_mut(self.id) {
            node.policies.push(Policy { written_in: None, ..policy });
        }
    }
}

/// A service may act on the destination, for events of the source only.
fn let_in(service: &str, action: &str, source: &str, destination: &str, at: Span) -> Statement {
    let mut statement = statement(at);
    statement.principals =
        vec![Principal { kind: "Service".to_owned(), value: Value::new(at, Data::Text(service.to_owned())) }];
    statement.actions = vec![Value::text(at, action)];
    statement.resources = vec![arn_of(destination, at)];
    statement.conditions.push(Condition {
        operator: "ArnEquals".to_owned(),
        key: "aws:SourceArn".to_owned(),
        values: vec![arn_of(source, at)],
    });
    statement
}
