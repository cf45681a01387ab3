//! A machine with a disk that is not encrypted.
use crate::prelude::*;

check! {
    /// # Unencrypted machine disk
    ///
    /// A disk of this machine is not encrypted.
    ///
    /// ## Why it matters
    ///
    /// Snapshots of disks are shared by mistake, and outlive the machine they came from.
    ///
    /// ## What to do
    ///
    /// Encrypt every disk, the root disk included.
    ///
    /// ```yaml fires
    /// Config: { Type: AWS::AutoScaling::LaunchConfiguration, Properties: { BlockDeviceMappings: [ { DeviceName: /dev/sda1, Ebs: { VolumeSize: 8 } } ] } }
    /// ```
    /// ```yaml quiet
    /// Config: { Type: AWS::AutoScaling::LaunchConfiguration, Properties: { BlockDeviceMappings: [ { DeviceName: /dev/sda1, Ebs: { VolumeSize: 8, Encrypted: true } } ] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_instance" "i" {
    ///   ami = "i"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_instance" "i" {
    ///   root_block_device {
    ///     encrypted = true
    ///   }
    /// }
    /// ```
    UNENCRYPTED_MACHINE_DISK = "unencrypted-machine-disk" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_8"],
        run: unencrypted_machine_disk,
    }
}

fn unencrypted_machine_disk(app: &App, findings: &mut Findings) {
    for machine in app.all(Kind::Machine) {
        let bare = if machine.provider_type.starts_with("aws_") {
            terraform(machine)
        } else {
            cloudformation(machine)
        };
        findings.when(bare, || {
            UNENCRYPTED_MACHINE_DISK
                .at(machine, format!("a disk of `{}` is not encrypted", machine.name))
                .fix_if(encrypt(machine))
        });
    }
}

/// A root disk that nobody describes is as its image made it.
fn terraform(machine: &Node) -> Tri {
    if !matches!(machine.provider_type.as_str(), "aws_instance" | "aws_launch_configuration") {
        return Tri::False;
    }
    let is_empty = |disk: &Value| matches!(&disk.data, Data::Map(entries) if entries.is_empty());
    if machine.list("root_volume").iter().all(is_empty) {
        return Tri::True;
    }
    let disks = machine.list("root_volume").iter().chain(machine.list("volumes"));
    Tri::any(disks.map(|disk| match disk.get("encrypted") {
        Some(encrypted) => !encrypted.truth() & Tri::from(disk.get("snapshot").is_none()),
        // As the snapshot is, or as the region's default says.
        None if disk.get("snapshot").is_some() => Tri::False,
        None => Tri::Unknown,
    }))
}

fn cloudformation(machine: &Node) -> Tri {
    if machine.is("type", "launch-configuration").is_false() {
        return Tri::False;
    }
    let disks = machine.list("volumes").iter().filter(|disk| disk.get("disk").is_some());
    Tri::any(disks.map(|disk| !disk.get("encrypted").map_or(Tri::False, Value::truth)))
}

/// Every disk that is not, and Terraform's root disk.
fn encrypt(machine: &Node) -> Option<Fix> {
    let title = "encrypt its disks (replaces the machine)";
    let bare = |disk: &&Value| !disk.get("encrypted").is_some_and(|value| value.truth().is_true());
    let terraform = machine.provider_type.starts_with("aws_");
    let path: &[&'static str] = if terraform { &["encrypted"] } else { &["Ebs", "Encrypted"] };
    let described = |disk: &&Value| !disk.entries().is_empty() && (terraform || disk.get("disk").is_some());
    let disks = machine.list("root_volume").iter().chain(machine.list("volumes"));
    let mut patches: Vec<model::Patch> =
        disks.filter(described).filter(bare).map(|disk| disk.put(path, true)).collect();
    if terraform && !machine.list("root_volume").iter().any(|disk| described(&disk)) {
        let path = vec!["root_block_device", "encrypted"];
        patches.push(model::Patch::Put { at: machine.span, path, value: true.into() });
    }
    let mut patches = patches.into_iter();
    let first = Fix::risky(title, patches.next()?);
    Some(patches.fold(first, Fix::and))
}
