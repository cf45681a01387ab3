//! What every front end produces: a resource with resolved properties, still in its provider's words.
use model::{Skip, Span, Value};

/// One resource of a template before it is lowered to a node.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    /// Logical id or Terraform address.
    pub name: String,
    /// `AWS::S3::Bucket`, `aws_s3_bucket`, `data.aws_iam_policy_document`.
    pub provider_type: String,
    /// Properties with everything resolved that can be. References to other resources are
    /// [`model::Data::Ref`] with the target's `name`. HCL blocks are lists of maps.
    pub properties: Value,
    /// The whole block.
    pub span: Span,
    pub name_at: Span,
    /// Suppressions from metadata. Comments are added later, by `skips`.
    pub skips: Vec<Skip>,
    /// Made by the framework, not written by anyone.
    pub implicit: bool,
    /// Resource-level settings beside the properties, with their own names:
    /// `DeletionPolicy`, `DependsOn`, `lifecycle`, …
    pub settings: Value,
}

impl Resource {
    pub(crate) fn new(name: impl Into<String>, provider_type: impl Into<String>, properties: Value) -> Self {
        let span = properties.at;
        Self {
            name: name.into(),
            provider_type: provider_type.into(),
            properties,
            span,
            name_at: span,
            skips: Vec::new(),
            implicit: false,
            settings: Value::new(span, model::Data::Null),
        }
    }
}
