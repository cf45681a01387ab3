//! A machine with a public address.
use crate::prelude::*;

check! {
    /// # Public machine
    ///
    /// The machine gets an address on the internet.
    ///
    /// ## Why it matters
    ///
    /// With a public address the security group is the only thing between the machine and everyone.
    ///
    /// ## What to do
    ///
    /// Put it into a private subnet, behind a load balancer, and reach it with Session Manager.
    ///
    /// ```yaml fires
    /// Machine: { Type: AWS::EC2::Instance, Properties: { NetworkInterfaces: [ { DeviceIndex: "0", AssociatePublicIpAddress: true } ] } }
    /// ```
    /// ```yaml quiet
    /// Machine: { Type: AWS::EC2::Instance, Properties: { ImageId: i } }
    /// ```
    /// ```hcl fires
    /// resource "aws_instance" "i" {
    ///   associate_public_ip_address = true
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_instance" "i" {
    ///   ami = "i"
    /// }
    /// ```
    PUBLIC_MACHINE = "public-machine" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_88", "CKV_AWS_389"],
        run: public_machine,
    }
}

fn public_machine(app: &App, findings: &mut Findings) {
    for machine in app.all(Kind::Machine) {
        let own = machine.flag("public_address");
        let interfaces = machine
            .list("interfaces")
            .iter()
            .map(|interface| interface.get("public").map_or(Tri::False, Value::truth));
        findings.when(own | Tri::any(interfaces), || {
            PUBLIC_MACHINE
                .at(machine, format!("`{}` gets a public address", machine.name))
                .fix_if(no_address(machine))
        });
    }
}

fn no_address(machine: &Node) -> Option<Fix> {
    let title = "give it none";
    if machine.flag("public_address").is_true() {
        return Some(Fix::risky(title, machine.set("public_address", false)));
    }
    let public = machine.list("interfaces").iter().filter_map(|interface| interface.get("public"));
    let mut patches = public.filter(|value| value.truth().is_true()).map(|value| value.rewrite(false));
    let first = Fix::risky(title, patches.next()?);
    Some(patches.fold(first, Fix::and))
}
