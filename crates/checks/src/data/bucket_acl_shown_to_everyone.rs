//! A grant of this access control list gives everyone the list itself, or full control.
use super::acls::granted_to_everyone;
use crate::prelude::*;

check! {
    /// # Access list that everyone may read or change
    ///
    /// A grant of this access control list gives everyone the list itself, or full control.
    ///
    /// ## Why it matters
    ///
    /// With full control anybody can grant themselves more. With the list they see who has access, and
    /// choose whom to attack.
    ///
    /// ## What to do
    ///
    /// Take the grant away; switch access control lists off with `BucketOwnerEnforced`.
    ///
    /// ```hcl fires
    /// resource "aws_s3_bucket_acl" "store" {
    ///   bucket = "data"
    ///   access_control_policy {
    ///     grant {
    ///       grantee {
    ///         type = "Group"
    ///         uri  = "http://acs.amazonaws.com/groups/global/AllUsers"
    ///       }
    ///       permission = "FULL_CONTROL"
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
    BUCKET_ACL_SHOWN_TO_EVERYONE = "bucket-acl-shown-to-everyone" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_375"],
        run: bucket_acl_shown_to_everyone,
    }
}

fn bucket_acl_shown_to_everyone(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::BucketSetting) {
        findings.when(granted_to_everyone(node, &["FULL_CONTROL", "READ_ACP"]), || {
            BUCKET_ACL_SHOWN_TO_EVERYONE.on(
                node,
                "grants",
                format!("`{}` shows its access list to everyone", node.name),
            )
        });
    }
}
