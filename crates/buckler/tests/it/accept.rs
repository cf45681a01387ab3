//! Accepting findings, in the configuration and beside the resource.
use crate::run::{Folder, OPEN_URL};

#[test]
fn the_configuration_accepts_with_a_reason() {
    let folder = Folder::new(&[("template.yaml", OPEN_URL)]);
    folder
        .write("buckler.toml", "[[ignore]]\ncheck = \"public-function-url\"\nreason = \"signed webhook\"\n");
    let ran = folder.buckler(&["scan", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("signed webhook"));
}

#[test]
fn an_expired_acceptance_fails_again() {
    let folder = Folder::new(&[("template.yaml", OPEN_URL)]);
    folder.write(
        "buckler.toml",
        "[[ignore]]\ncheck = \"public-function-url\"\nreason = \"for the launch\"\nuntil = \"2026-11-21\"\n",
    );
    let ran = folder.buckler(&["scan"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("2026-11-21"), "{}", ran.out);
}

#[test]
fn a_comment_beside_the_resource_accepts() {
    let template =
        OPEN_URL.replace("NONE", "NONE # buckler:ignore public-function-url reason=\"signed webhook\"");
    let folder = Folder::new(&[("template.yaml", &template)]);
    let ran = folder.buckler(&["scan", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("signed webhook"));
}

#[test]
fn another_tools_inline_skip_is_honoured() {
    let template = OPEN_URL.replace("NONE", "NONE # checkov:skip=CKV_AWS_258:signed webhook");
    let folder = Folder::new(&[("template.yaml", &template)]);
    assert_eq!(folder.buckler(&["scan"]).code, 0);
}

#[test]
fn a_wrong_configuration_is_an_error_at_its_place() {
    let folder =
        Folder::new(&[("template.yaml", OPEN_URL), ("buckler.toml", "[scan]\nfail-om = \"high\"\n")]);
    let ran = folder.buckler(&["scan"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean `fail-on`?"), "{}", ran.err);
    assert!(ran.err.contains("buckler.toml"), "{}", ran.err);
}

#[test]
fn init_writes_a_configuration_that_works_and_keeps_an_old_one() {
    let folder = Folder::new(&[("template.yaml", OPEN_URL)]);
    assert_eq!(folder.buckler(&["init"]).code, 0);
    assert_eq!(folder.buckler(&["scan"]).code, 1);
    assert_eq!(folder.buckler(&["init"]).code, 2);
    assert_eq!(folder.buckler(&["init", "--force"]).code, 0);
}
