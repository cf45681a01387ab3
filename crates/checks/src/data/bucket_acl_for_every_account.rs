//! A grant of this access control list is for all authenticated users.
use super::acls::{AUTHENTICATED_USERS, granted_to};
use crate::prelude::*;

check! {
    /// # Access list for every AWS account
    ///
    /// A grant of this access control list is for all authenticated users.
    ///
    /// ## Why it matters
    ///
    /// That is not the users of your account: anybody with any AWS account is meant, and opening one is
    /// free.
    ///
    /// ## What to do
    ///
    /// Take the grant away and name principals in a bucket policy.
    ///
    /// ```hcl fires
    /// resource "aws_s3_bucket_acl" "store" {
    ///   bucket = "data"
    ///   access_control_policy {
    ///     grant {
    ///       grantee {
    ///         type = "Group"
    ///         uri  = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
    ///       }
    ///       permission = "READ"
    ///     }
    ///     owner {
    ///       id = "1"
    ///     }
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket_acl" "store" {
    ///   bucket = "data"
    ///   access_control_policy {
    ///     grant {
    ///       grantee {
    ///         type = "Group"
    ///         uri  = "http://acs.amazonaws.com/groups/global/LogDelivery"
    ///       }
    ///       permission = "WRITE"
    ///     }
    ///     owner {
    ///       id = "1"
    ///     }
    ///   }
    /// }
    /// ```
    BUCKET_ACL_FOR_EVERY_ACCOUNT = "bucket-acl-for-every-account" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV2_AWS_43"],
        run: bucket_acl_for_every_account,
    }
}

fn bucket_acl_for_every_account(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::BucketSetting) {
        findings.when(granted_to(node, AUTHENTICATED_USERS, &[]), || {
            BUCKET_ACL_FOR_EVERY_ACCOUNT.on(
                node,
                "grants",
                format!("`{}` lets every AWS account in", node.name),
            )
        });
    }
}
