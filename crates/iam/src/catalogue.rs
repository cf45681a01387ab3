//! Facts of the cloud: actions, resource types, operations of the SDKs, managed policies.
use model::{Aws, Date};

/// What an action can do, as the Service Authorization Reference says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    List,
    Read,
    Write,
    Tagging,
    Permissions,
}

/// One action of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// Its prefix: `dynamodb`.
    pub service: &'static str,
    /// `PutItem`.
    pub name: &'static str,
    pub level: Level,
    /// A statement can name the resources; else only `*` works.
    pub restrictable: bool,
}

/// A resource that an action can be limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceType {
    /// `table`.
    pub name: &'static str,
    /// `arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}`.
    pub arn: &'static str,
}

/// One permission that an SDK operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    pub action: Action,
    /// When it is needed.
    pub when: When,
    /// The resource type that it is about when the action knows several, and the parameter of the operation that names
    /// it, when that is not the obvious one: `("object", "CopySource")`. Empty texts: the obvious ones.
    pub on: (&'static str, &'static str),
}

/// When an operation needs a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Always,
    /// This parameter is given (dotted for inner ones: `Tagging`, `VpcConfig.SubnetIds`).
    Given(&'static str),
    /// This parameter has one of these texts.
    Is(&'static str, &'static [&'static str]),
    /// This parameter is not given.
    Absent(&'static str),
    /// Only in some set-ups that code cannot show (a missing object, a bucket of another account).
    Sometimes,
}

/// A policy that AWS keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Managed {
    /// `arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`.
    pub arn: &'static str,
    /// Its document, as IAM JSON.
    pub document: &'static str,
}

/// The action with this name, without regard to case: `dynamodb:putitem`.
#[must_use]
pub fn action(_name: &str) -> Option<Action> {
    None
}

/// The resource types that an action can be limited to, the usual one first.
#[must_use]
pub fn resource_types(_action: Action) -> Vec<ResourceType> {
    Vec::new()
}

/// The permissions that an operation of an SDK needs. `None` when the catalogue does not know the operation.
#[must_use]
pub fn permissions(_operation: &Aws) -> Option<Vec<Permission>> {
    None
}

/// A managed policy by ARN or bare name.
#[must_use]
pub fn managed(_arn_or_name: &str) -> Option<Managed> {
    None
}

/// When the facts were taken down.
#[must_use]
pub fn as_of() -> Date {
    Date { year: 2026, month: 11, day: 22 }
}
