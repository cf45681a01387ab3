//! Facts of the cloud: actions, resource types, operations of the SDKs, managed policies.
//!
//! The facts are texts in `catalogue/data`, deflated in the binary, a page for each service, which is read when it is
//! first asked for. `cargo xtask catalogue`
//! gathers them; `operations.txt` alone is kept by hand.
mod actions;
mod keys;
mod managed;
mod operations;
mod packed;

use model::{Aws, Date};

pub use actions::{ActionSet, covers, matching};
pub use keys::behind_key;

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
    /// it, when that is not the obvious one: `("object", "CopySource")`. Empty texts: the obvious ones. The type `*`:
    /// no resource, only `*` allows it. [`binding`] reads the parameter.
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
    /// The text of this parameter begins with one of these words, without regard to case: `SELECT`.
    Begins(&'static str, &'static [&'static str]),
    /// This parameter is not given.
    Absent(&'static str),
    /// Only in some set-ups that code cannot show (a missing object, a bucket of another account).
    Sometimes,
}

/// How a parameter of a request names a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The variable of the ARN that it fills: `TableName`. Empty: see [`NameKind`].
    pub variable: &'static str,
    /// The parameter: `TableName`; `A.B` an inner one, `A[]` each of a list, `A{}` each key of a map.
    pub parameter: &'static str,
    pub kind: NameKind,
}

/// What a parameter that names a resource holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// The variable's value. Most services take the whole ARN in its place, too: a text that begins with `arn:` is it.
    Name,
    /// The ARN.
    Arn,
    /// An address whose last part is the variable's value: a queue's.
    Url,
    /// Everything behind the ARN's last colon: `bucket/key` of a copy's source, or the same as an address
    /// (`s3://bucket/key`; for a bucket, its part). When [`Binding::parameter`] begins with `/` it is no parameter but
    /// a template with parameters in braces: `/restapis/{restApiId}`.
    Path,
    /// A statement of PartiQL that names the table.
    Statement,
}

/// A policy that AWS keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Managed {
    /// `arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`.
    pub arn: &'static str,
    /// Its document, as IAM JSON.
    pub document: &'static str,
}

impl Action {
    /// `dynamodb:PutItem`
    #[must_use]
    pub fn display(self) -> String {
        format!("{}:{}", self.service, self.name)
    }
}

/// The action with this name, without regard to case: `dynamodb:putitem`.
#[must_use]
pub fn action(name: &str) -> Option<Action> {
    actions::named(name)
}

/// Whether AWS has actions with this prefix: `dynamodb`.
#[must_use]
pub fn is_service(prefix: &str) -> bool {
    actions::exists(prefix)
}

/// The resource types that an action can be limited to, the usual one first.
#[must_use]
pub fn resource_types(action: Action) -> Vec<ResourceType> {
    actions::resource_types(action)
}

/// The resource type of a service with this name: `dynamodb`, `table`.
#[must_use]
pub fn resource_type(service: &str, name: &str) -> Option<ResourceType> {
    actions::resource_type(service, name)
}

/// Every resource type of a service.
pub fn resource_types_of(service: &str) -> impl Iterator<Item = ResourceType> + use<> {
    actions::resource_types_of(service)
}

/// Whether a statement that allows the action must name a resource of this type.
#[must_use]
pub fn is_required(action: Action, resource: &ResourceType) -> bool {
    actions::is_required(action, resource)
}

/// The condition keys that hold for an action, those of its resource types included. Global keys (`aws:SourceIp`)
/// hold for every action and are not among them.
#[must_use]
pub fn condition_keys(action: Action) -> Vec<&'static str> {
    actions::condition_keys(action)
}

/// The type of a service's condition key, as the Service Authorization Reference says: `String`, `ArrayOfString`,
/// `ARN`, `Bool`, `Numeric`, `Date`, `IPAddress`.
#[must_use]
pub fn key_type(service: &str, key: &str) -> Option<&'static str> {
    actions::key_type(service, key)
}

/// Other actions that whoever uses this one may need, by name: `iam:PassRole`.
#[must_use]
pub fn dependents(action: Action) -> Vec<&'static str> {
    actions::dependents(action)
}

/// The prefix of the actions of an SDK's service: `stepfunctions` to `states`.
#[must_use]
pub fn prefix(service: &str) -> Option<&'static str> {
    operations::prefix(service)
}

/// The permissions that an operation of an SDK needs; none when anyone may. `None` when the catalogue does not know
/// the operation.
#[must_use]
pub fn permissions(operation: &Aws) -> Option<Vec<Permission>> {
    operations::permissions(operation)
}

/// The parameters that name a resource of this type in a request, the likeliest first; a request has one or some of
/// them. `permission` is one of [`permissions`], and `resource` one of the [`resource_types`] of its action.
#[must_use]
pub fn binding(operation: &Aws, permission: &Permission, resource: &ResourceType) -> Vec<Binding> {
    operations::binding(operation, permission, resource)
}

/// The parameters of an operation that fill a variable of a resource type of this service, or hold the whole ARN, the
/// likeliest first: [`binding`] for one variable.
#[must_use]
pub fn parameters(operation: &Aws, service: &str, resource: &str, variable: &str) -> Vec<&'static str> {
    operations::parameters(operation, service, resource, variable)
}

/// A managed policy by ARN (of any partition, with or without the path) or bare name.
#[must_use]
pub fn managed(arn_or_name: &str) -> Option<Managed> {
    managed::named(arn_or_name)
}

/// Every managed policy of the catalogue.
pub fn managed_all() -> impl Iterator<Item = Managed> {
    managed::all()
}

/// When the facts were taken down.
#[must_use]
pub fn as_of() -> Date {
    actions::date().unwrap_or(Date { year: 1970, month: 1, day: 1 })
}

#[cfg(test)]
mod tests;
