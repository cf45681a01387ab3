//! A machine without detailed monitoring.
use crate::prelude::*;

check! {
    /// # Machine without detailed monitoring
    ///
    /// Metrics of this machine come every five minutes only.
    ///
    /// ## Why it matters
    ///
    /// An attack or a failure of a few minutes does not show.
    ///
    /// ## What to do
    ///
    /// Switch detailed monitoring on where that matters.
    ///
    /// ```hcl fires
    /// resource "aws_instance" "i" {
    ///   ami = "i"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_instance" "i" {
    ///   monitoring = true
    /// }
    /// ```
    /// ```yaml fires
    /// Machine: { Type: AWS::EC2::Instance, Properties: { ImageId: i } }
    /// ```
    /// ```yaml quiet
    /// Machine: { Type: AWS::EC2::Instance, Properties: { ImageId: i, Monitoring: true } }
    /// ```
    UNMONITORED_MACHINE = "unmonitored-machine" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_126"],
        run: unmonitored_machine,
    }
}

fn unmonitored_machine(app: &App, findings: &mut Findings) {
    for machine in app.all(Kind::Machine).filter(|machine| machine.is("type", "instance").is_true()) {
        findings.unless_on(machine, "monitoring", || {
            UNMONITORED_MACHINE
                .on(machine, "monitoring", format!("`{}` has no detailed monitoring", machine.name))
                .fix(Fix::safe("switch it on", machine.set("monitoring", true)))
        });
    }
}
