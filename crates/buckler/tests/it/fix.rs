//! `buckler fix` on folders.
use crate::run::{Folder, OPEN_URL};

const FIXED_URL: &str = "Resources:\n  Open:\n    Type: AWS::Lambda::Url\n    Properties:\n      TargetFunctionArn: f\n      AuthType: AWS_IAM\n";
const ONLY: [&str; 4] = ["fix", "--risky", "--only", "CKV_AWS_258"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ONLY.iter().chain(more).copied().collect()
}

#[test]
fn without_a_terminal_nothing_is_written() {
    let folder = Folder::new(&[("t.yaml", OPEN_URL)]);
    let ran = folder.buckler(&ONLY);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("-      AuthType: NONE\n+      AuthType: AWS_IAM\n"), "{}", ran.out);
    assert_eq!(folder.read("t.yaml"), OPEN_URL);
}

#[test]
fn applied_fixes_are_written_once() {
    let folder = Folder::new(&[("t.yaml", OPEN_URL)]);
    let ran = folder.buckler(&with(&["--apply"]));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(folder.read("t.yaml"), FIXED_URL);
    let ran = folder.buckler(&with(&["--apply"]));
    assert!(ran.out.contains("0 fixes written"), "{}", ran.out);
    assert_eq!(folder.read("t.yaml"), FIXED_URL);
}

#[test]
fn risky_fixes_are_made_only_when_asked_for() {
    let folder = Folder::new(&[("t.yaml", OPEN_URL)]);
    let ran = folder.buckler(&["fix", "--apply", "--only", "public-function-url"]);
    assert!(ran.out.contains("1 risky (`--risky`)"), "{}", ran.out);
    assert_eq!(folder.read("t.yaml"), OPEN_URL);
}

#[test]
fn a_patch_is_what_git_applies() {
    let folder = Folder::new(&[("t.yaml", OPEN_URL)]);
    folder.git(&["init", "-q"]);
    assert_eq!(folder.buckler(&with(&["--patch", "fix.diff"])).code, 0);
    assert_eq!(folder.read("t.yaml"), OPEN_URL);
    folder.git(&["apply", "fix.diff"]);
    assert_eq!(folder.read("t.yaml"), FIXED_URL);
}

#[test]
fn a_commit_is_a_branch_of_its_own() {
    let folder = Folder::new(&[("t.yaml", OPEN_URL)]);
    folder.git(&["init", "-q"]);
    folder.git(&["config", "user.name", "t"]);
    folder.git(&["config", "user.email", "t@example.org"]);
    folder.git(&["add", "."]);
    folder.git(&["commit", "-qm", "start"]);
    let ran = folder.buckler(&with(&["--commit"]));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("branch `buckler/fix-public-function-url`"), "{}", ran.out);
    assert!(folder.read(".git/HEAD").contains("buckler/fix-public-function-url"));
    folder.write("t.yaml", OPEN_URL);
    assert_eq!(folder.buckler(&with(&["--commit"])).code, 2);
    assert_eq!(folder.read("t.yaml"), OPEN_URL);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let outside = Folder::new(&[("t.yaml", OPEN_URL)]);
    let folder = Folder::new(&[]);
    std::os::unix::fs::symlink(outside.path().join("t.yaml"), folder.path().join("t.yaml")).unwrap();
    folder.buckler(&with(&["--apply"]));
    assert_eq!(outside.read("t.yaml"), OPEN_URL);
}

#[test]
fn machines_are_told_what_was_left() {
    let text = OPEN_URL
        .replace("NONE", "!Ref Auth")
        .replace("Resources:", "Parameters:\n  Auth: {Type: String, Default: NONE}\nResources:");
    let folder = Folder::new(&[("t.yaml", &text)]);
    let ran = folder.buckler(&with(&["--apply", "--json"]));
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("the value comes from parameter `Auth`"), "{}", ran.out);
    assert_eq!(folder.read("t.yaml"), text);
}
