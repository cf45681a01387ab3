//! What a policy says, and whether it may say it, as the program goes by it: when an environment ends, and what keeps it from starting.
use crate::guarded::{Folder, Guarded, Setup, python};
use crate::platform::Platform;
use policy::SigningKey;
use policy::signed::{self, Algorithm};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;

const FUNCTION: &str = "
import os, time
SEEN = []
def handler(event, context):
    time.sleep(event.get('sleep', 0))
    SEEN.append(event.get('name'))
    return {'seen': SEEN, 'wrapped': os.environ.get('WRAPPED')}
";

pub(crate) fn bundle(function: &Value) -> String {
    json!({"format": policy::FORMAT, "application": "a", "issued": 1, "expires": 99_999_999_999_u64, "functions": {"f": function}})
        .to_string()
}

/// A function under a policy, and what is set beside it.
pub(crate) fn under(
    platform: &Platform,
    (name, code): (&str, &str),
    function: &Value,
    more: &[(&str, String)],
) -> Option<(Guarded, Folder)> {
    let python = python()?;
    let folder = Folder::new(name);
    let file = folder.write("policy.json", &bundle(function));
    let mut setup = Setup::python(&python, &folder, code)
        .with("BUCKLER_LAYER", env!("CARGO_MANIFEST_DIR"))
        .with("BUCKLER_POLICY", file.to_str().unwrap())
        .with("LAMBDA_TASK_ROOT", folder.0.to_str().unwrap())
        .with("PYTHONDONTWRITEBYTECODE", "1");
    setup.variables.extend(more.iter().cloned());
    Some((setup.start(platform), folder))
}

pub(crate) fn unsigned() -> (&'static str, String) {
    ("BUCKLER_POLICY_UNSIGNED", "1".to_owned())
}

/// Gives events, and tells how many were answered until the environment ended.
fn answered(platform: &Platform, guarded: &mut Guarded, events: &[(&str, &str)]) -> usize {
    let mut count = 0;
    for (tenant, event) in events {
        platform.give(
            &format!("id-{count}"),
            10_000,
            event.as_bytes(),
            &[("Lambda-Runtime-Aws-Tenant-Id", *tenant)],
        );
        assert_eq!(platform.posted().what, "response", "{}", guarded.stderr());
        count += 1;
    }
    assert_eq!(guarded.ended().code(), Some(0), "{}", guarded.stdout());
    assert_eq!(guarded.events("recycle").len(), 1, "{}", guarded.stdout());
    count
}

#[test]
fn an_environment_ends_when_the_policy_says_so() {
    for (isolation, events) in [
        (json!({"recycle_after_invocations": 2}), &[("a", "{}"), ("a", "{}")][..]),
        (json!({"recycle_after_seconds": 1}), &[("a", r#"{"sleep":1.3}"#)][..]),
        // What a tenant left at the top of a module is not there for the next.
        (json!({"recycle_between_tenants": true}), &[("a", r#"{"name":"a's"}"#)][..]),
    ] {
        let function = json!({"mode": "block", "isolation": isolation});
        let platform = Platform::start();
        let Some((mut guarded, _folder)) = under(&platform, ("recycled", FUNCTION), &function, &[unsigned()])
        else {
            return;
        };
        assert_eq!(answered(&platform, &mut guarded, events), events.len(), "{isolation}");
    }
}

#[test]
fn a_policy_of_nobody_known_keeps_the_function_from_starting() {
    let function = json!({"mode": "block"});
    let [key, other] = [(); 2].map(|()| SigningKey::generate(Algorithm::Ed25519).unwrap());
    let bundle = signed::read(bundle(&function).as_bytes()).unwrap();
    let folder = Folder::new("signed");
    let public = folder.write("policy.pub", &key.public().to_pem());
    let place = |name: &str, bytes: Vec<u8>| {
        folder.write(name, &String::from_utf8(bytes).unwrap()).display().to_string()
    };
    let good = place("good.json", signed::sign(&bundle, &key).unwrap());
    let forged = place("forged.json", signed::sign(&bundle, &other).unwrap());
    let public = ("BUCKLER_POLICY_KEY", public.display().to_string());
    for (file, more, starts) in [
        (&good, None, true),
        (&forged, None, false),
        // Issued in 1970.
        (&good, Some(("BUCKLER_POLICY_AGE_MAX_S", "3600".to_owned())), false),
    ] {
        let mut variables = vec![("BUCKLER_POLICY", file.clone()), public.clone()];
        variables.extend(more);
        let platform = Platform::start();
        let Some((mut guarded, _folder)) = under(&platform, ("signature", FUNCTION), &function, &variables)
        else {
            return;
        };
        if starts {
            platform.give("id", 10_000, b"{}", &[]);
            assert_eq!(platform.posted().what, "response", "{}", guarded.stderr());
        } else {
            let posted = platform.posted();
            assert!(posted.text().contains("Runtime.GuardRefused"), "{}", posted.text());
            assert_ne!(guarded.ended().code(), Some(0));
        }
    }
}

#[test]
fn the_users_own_wrapper_is_started() {
    let folder = Folder::new("wrapper");
    let wrapper = folder.write("wrapper", "#!/bin/sh\nexport WRAPPED=yes\nexec \"$@\"\n");
    std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755)).unwrap();
    let more = [unsigned(), ("BUCKLER_EXEC_WRAPPER", wrapper.display().to_string())];
    let platform = Platform::start();
    let Some((guarded, _folder)) = under(&platform, ("wrapped", FUNCTION), &json!({"mode": "block"}), &more)
    else {
        return;
    };
    platform.give("id", 10_000, b"{}", &[]);
    let posted = platform.posted();
    assert_eq!(posted.json()["wrapped"], "yes", "{} {}", posted.text(), guarded.stderr());
}
