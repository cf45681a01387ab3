//! Access control lists of buckets, and the switches against them.
use model::{App, Kind, Node, Tri, Value};

/// Anybody at all.
pub(crate) const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
/// Anybody with any account of the provider.
pub(crate) const AUTHENTICATED_USERS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// Whether a grant gives everyone one of these permissions; any permission when the list is empty.
pub(crate) fn granted_to_everyone(node: &Node, permissions: &[&str]) -> Tri {
    granted_to(node, ALL_USERS, permissions)
}

/// Whether a grant gives this group one of these permissions; any permission when the list is empty.
pub(crate) fn granted_to(node: &Node, group: &str, permissions: &[&str]) -> Tri {
    let gives = |grant: &Value| {
        let permitted = grant.get("permission").is_some_and(|value| {
            value.one_or_many().iter().filter_map(Value::as_str).any(|text| permissions.contains(&text))
        });
        let to = grant.get("grantee").and_then(Value::as_str) == Some(group);
        to && (permissions.is_empty() || permitted)
    };
    node.list("grants").iter().any(gives).into()
}

/// Where the switches against public access of one bucket stand: a CloudFormation bucket has them
/// inside, a Terraform bucket beside it.
pub(crate) fn switches(app: &App) -> impl Iterator<Item = &Node> {
    app.any(&[Kind::Bucket, Kind::PublicAccessBlock]).filter(|node| {
        node.provider_type == "AWS::S3::Bucket" || node.provider_type == "aws_s3_bucket_public_access_block"
    })
}

/// Settings of the same bucket that are written on their own, also when the bucket itself is elsewhere.
pub(crate) fn beside<'a>(app: &'a App, setting: &Node) -> impl Iterator<Item = &'a Node> {
    let bucket = setting.get("bucket").map(Value::display).unwrap_or_default();
    app.nodes.iter().filter(move |node| {
        let named = match node.kind {
            Kind::BucketSetting | Kind::PublicAccessBlock => node.get("bucket"),
            Kind::ResourcePolicy => node.get("target"),
            _ => None,
        };
        !bucket.is_empty() && named.is_some_and(|value| value.display() == bucket)
    })
}
