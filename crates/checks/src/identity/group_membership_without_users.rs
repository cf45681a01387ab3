//! A group membership connects no user of the template.
use crate::prelude::*;

check! {
    /// # Group membership without users of the template
    ///
    /// A group membership connects no user of the template.
    ///
    /// ## Why it matters
    ///
    /// An empty group keeps permissions ready for whoever is added by hand.
    ///
    /// ## What to do
    ///
    /// Name the users, or remove the membership.
    ///
    /// ```hcl fires
    /// resource "aws_iam_group_membership" "m" {
    ///   name  = "m"
    ///   users = []
    ///   group = aws_iam_group.team.name
    /// }
    /// resource "aws_iam_user" "ann" {
    ///   name = "ann"
    /// }
    /// resource "aws_iam_group" "team" {
    ///   name = "team"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_group_membership" "m" {
    ///   name  = "m"
    ///   users = [aws_iam_user.ann.name]
    ///   group = aws_iam_group.team.name
    /// }
    /// resource "aws_iam_user" "ann" {
    ///   name = "ann"
    /// }
    /// resource "aws_iam_group" "team" {
    ///   name = "team"
    /// }
    /// ```
    GROUP_MEMBERSHIP_WITHOUT_USERS = "group-membership-without-users" {
        since: "0.1.0",
        severity: Info,
        confidence: Likely,
        controls: &["CWE-1164", "OWASP-SLS:S5", "CSA:SAS-11"],
        also_known_as: &["CKV2_AWS_14", "CKV2_AWS_21"],
        run: group_membership_without_users,
    }
}

fn group_membership_without_users(app: &App, findings: &mut Findings) {
    for membership in app.all(Kind::GroupMembership) {
        let has = |relation, kind| app.targets(membership, relation).any(|node| node.kind == kind);
        if !(has(Relation::Uses, Kind::User) && has(Relation::PartOf, Kind::Group)) {
            let message = format!("`{}` connects no user with a group", membership.name);
            findings.push(GROUP_MEMBERSHIP_WITHOUT_USERS.at(membership, message));
        }
    }
}
