//! A machine without a role.
use crate::prelude::*;

check! {
    /// # Machine without role
    ///
    /// The machine has no role of its own.
    ///
    /// ## Why it matters
    ///
    /// What runs there needs credentials from somewhere: long-lived keys in files and environment
    /// variables.
    ///
    /// ## What to do
    ///
    /// Attach an instance profile with the permissions that are needed.
    ///
    /// ```yaml fires
    /// Machine: { Type: AWS::EC2::Instance, Properties: { ImageId: i } }
    /// ```
    /// ```yaml quiet
    /// Machine: { Type: AWS::EC2::Instance, Properties: { ImageId: i, IamInstanceProfile: p } }
    /// ```
    /// ```hcl fires
    /// resource "aws_instance" "i" {
    ///   ami = "i"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_instance" "i" {
    ///   iam_instance_profile = "p"
    /// }
    /// ```
    MACHINE_WITHOUT_ROLE = "machine-without-role" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-798", "OWASP-SLS:S7", "CSA:SAS-7"],
        also_known_as: &["CKV2_AWS_41"],
        run: machine_without_role,
    }
}

fn machine_without_role(app: &App, findings: &mut Findings) {
    for machine in app.all(Kind::Machine).filter(|machine| machine.is("type", "instance").is_true()) {
        findings.unless_set(machine, "role", || {
            MACHINE_WITHOUT_ROLE.at(machine, format!("`{}` has no role", machine.name))
        });
    }
}
