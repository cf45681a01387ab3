//! Both evaluators.
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use iam::evaluate::{Inputs, Verdict, evaluate};
use model::PolicyOrigin;

use crate::case::Case;

pub(crate) fn ours(case: &Case) -> String {
    let identity = case.named("identityPolicies");
    let boundaries = case.named("permissionBoundaryPolicies");
    let endpoint = case.named("vpcEndpointPolicies");
    let resource = case.single("resourcePolicy", PolicyOrigin::Resource);
    let session = case.single("sessionPolicy", PolicyOrigin::Inline);
    let service_control = case.levels("serviceControlPolicies");
    let resource_control = case.levels("resourceControlPolicies");
    let inputs = Inputs {
        identity: &identity,
        resource: &resource,
        boundaries: &boundaries,
        session: &session,
        service_control: &service_control,
        resource_control: &resource_control,
        endpoint: &endpoint,
    };
    let verdict = match evaluate(&case.request(), &inputs).verdict {
        Verdict::Allowed => "Allowed",
        Verdict::ExplicitlyDenied => "ExplicitlyDenied",
        Verdict::ImplicitlyDenied => "ImplicitlyDenied",
        Verdict::Unknown => "Unknown",
    };
    verdict.to_owned()
}

/// One verdict for each case; `None`, and a word about it, when the package is not installed.
pub(crate) fn theirs(cases: &[Case]) -> Option<Vec<String>> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = home.join("../../target/tools/node_modules/@cloud-copilot/iam-simulate");
    if !package.exists() {
        println!("skipped: {} is not installed (npm package @cloud-copilot/iam-simulate)", package.display());
        return None;
    }
    let mut node = Command::new("node")
        .arg(home.join("tests/simulate/simulate.mjs"))
        .arg(package.canonicalize().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = cases.iter().map(|case| format!("{}\n", case.json)).collect();
    let mut input = node.stdin.take().unwrap();
    // Both ends at once: neither side may wait for a full pipe.
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let verdicts: Vec<String> =
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(verdicts.len(), cases.len());
    Some(verdicts)
}
