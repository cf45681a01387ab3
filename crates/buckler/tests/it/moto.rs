//! Derived policies, tried: real handlers run under exactly them against a cloud on loopback that enforces IAM.
use std::path::Path;
use std::process::Command;

/// Every handler of the sample application works with its derived policy, and fails without any one action of it.
#[test]
fn derived_policies_suffice_and_none_can_be_left_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = root.join("target/tools/python/bin/python");
    if !python.exists() {
        println!("skipped: {} is not installed (`cargo xtask tools`)", python.display());
        return;
    }
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moto");
    let output = Command::new(python)
        .arg(tests.join("harness.py"))
        .arg("--app")
        .arg(tests.join("app"))
        .args(["--buckler", env!("CARGO_BIN_EXE_buckler")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("0 not proved"), "{said}");
}
