//! Scanning: exit codes, formats, filters.
use crate::run::{Folder, OPEN_URL};

#[test]
fn a_high_finding_fails_the_scan() {
    let folder = Folder::new(&[("template.yaml", OPEN_URL)]);
    let ran = folder.buckler(&["scan"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("public-function-url"), "{}", ran.out);
    assert!(ran.out.contains("template.yaml:6:17"), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}'), "no colour into a pipe");
}

#[test]
fn the_threshold_decides_the_exit_code_alone() {
    let folder = Folder::new(&[("template.yaml", OPEN_URL)]);
    let ran = folder.buckler(&["scan", "--fail-on", "critical"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("public-function-url"));
    assert_eq!(folder.buckler(&["scan", "--fail-on", "never"]).code, 0);
}

#[test]
fn a_folder_without_an_application_is_no_pass() {
    let folder = Folder::new(&[("README.md", "nothing")]);
    let ran = folder.buckler(&["scan"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("no application was found"), "{}", ran.err);
}

#[test]
fn a_half_broken_template_is_judged_and_is_no_pass() {
    let broken = format!("{OPEN_URL}  Bad:\n    Type: [AWS::S3::Bucket\n  X: }}\n");
    let folder = Folder::new(&[("template.yaml", &broken)]);
    let ran = folder.buckler(&["scan", "--fail-on", "never", "--format", "json"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("public-function-url"), "{}", ran.out);
    assert!(ran.out.contains("unreadable"), "{}", ran.out);
}

#[test]
fn wrong_arguments_end_with_two() {
    let folder = Folder::new(&[]);
    assert_eq!(folder.buckler(&["scan", "no-such-folder"]).code, 2);
    assert_eq!(folder.buckler(&["scan", "--fail-on", "huge"]).code, 2);
    assert_eq!(folder.buckler(&["scan", "--check", "no-such-check"]).code, 2);
    assert_eq!(folder.buckler(&["scan", "--since", "--output=x"]).code, 2);
}

#[test]
fn every_format_is_written_to_a_file() {
    let folder = Folder::new(&[("template.yaml", OPEN_URL)]);
    for format in ["text", "json", "sarif", "junit", "markdown", "html"] {
        let ran = folder.buckler(&["scan", "--format", format, "--output", "out", "--quiet"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{format}: {}", ran.err);
        assert!(folder.read("out").contains("public-function-url"), "{format}");
    }
}

#[test]
fn one_template_is_scanned_alone() {
    let folder = Folder::new(&[("a.yaml", OPEN_URL), ("b.yaml", OPEN_URL)]);
    let ran = folder.buckler(&["scan", "a.yaml", "--json"]);
    assert_eq!(ran.code, 1);
    assert!(!ran.out.contains("b.yaml"));
}

#[test]
fn a_check_is_chosen_by_another_tools_name() {
    let folder = Folder::new(&[("template.yaml", OPEN_URL)]);
    assert_eq!(folder.buckler(&["scan", "--check", "CKV_AWS_258"]).code, 1);
    let ran = folder.buckler(&["scan", "--skip", "CKV_AWS_258", "--json"]);
    assert!(!ran.out.contains("\"public-function-url\""), "{}", ran.out);
}

#[test]
fn ignored_and_vendored_files_are_left_out_unless_asked() {
    let folder = Folder::new(&[
        ("app/template.yaml", OPEN_URL),
        ("node_modules/x/template.yaml", OPEN_URL),
        ("build/template.yaml", OPEN_URL),
        (".gitignore", "build/\n"),
    ]);
    let ran = folder.buckler(&["scan", "--json"]);
    assert!(ran.out.contains("app/template.yaml"));
    assert!(!ran.out.contains("node_modules") && !ran.out.contains("build/"), "{}", ran.out);
    assert!(folder.buckler(&["scan", "--json", "--no-ignore"]).out.contains("build/template.yaml"));
    assert_eq!(folder.buckler(&["scan", "--exclude", "app/**"]).code, 3);
}

#[test]
fn the_baseline_hides_what_is_known_even_when_lines_move() {
    let folder = Folder::new(&[("template.yaml", OPEN_URL)]);
    folder.buckler(&["scan", "--write-baseline", "known.json"]);
    folder.write("template.yaml", &format!("# moved\n\n{OPEN_URL}"));
    let ran = folder.buckler(&["scan", "--baseline", "known.json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let more = OPEN_URL.replace("Resources:\n", "").replace("Open:", "Other:");
    folder.write("template.yaml", &format!("{OPEN_URL}{more}"));
    let ran = folder.buckler(&["scan", "--baseline", "known.json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("Other") && !ran.out.contains("`Open` answers"), "{}", ran.out);
}

#[test]
fn since_reports_only_resources_that_changed() {
    let more = OPEN_URL.replace("Resources:\n", "").replace("Open:", "Other:");
    let folder = Folder::new(&[("template.yaml", OPEN_URL)]);
    folder.git(&["init", "--quiet"]);
    folder.git(&["add", "."]);
    folder.git(&["commit", "--quiet", "--message", "one"]);
    assert_eq!(folder.buckler(&["scan", "--since", "HEAD"]).code, 0);
    folder.write("template.yaml", &format!("{OPEN_URL}{more}"));
    let ran = folder.buckler(&["scan", "--since", "HEAD"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("`Other` answers") && !ran.out.contains("`Open` answers"), "{}", ran.out);
    assert_eq!(folder.buckler(&["scan", "--since", "no-such-revision"]).code, 2);
    folder.git(&["config", "diff.noprefix", "true"]);
    assert_eq!(folder.buckler(&["scan", "--since", "HEAD"]).code, 1, "whatever git is told to print");
}

#[test]
fn secrets_are_told_where_they_stand_and_where_they_stood() {
    let folder = Folder::new(&[("config.ini", "password = Kq7vz9Rt2Lw!\n")]);
    folder.git(&["init", "--quiet"]);
    folder.git(&["add", "."]);
    folder.git(&["commit", "--quiet", "--message", "one"]);
    let ran = folder.buckler(&["scan", "--history"]);
    assert!(ran.out.contains("secret-password") && !ran.out.contains("secret-in-history"), "{}", ran.out);
    assert!(!ran.out.contains("Kq7v"), "{}", ran.out);
    folder.write("config.ini", "password = ${PASSWORD}\n");
    let ran = folder.buckler(&["scan"]);
    assert!(!ran.out.contains("secret-"), "{}", ran.out);
    let ran = folder.buckler(&["scan", "--history"]);
    assert!(ran.out.contains("secret-in-history") && !ran.out.contains("Kq7v"), "{}", ran.out);
    assert_eq!(folder.buckler(&["scan", "--history", "--no-secrets"]).code, 2);
}

#[test]
fn secrets_are_searched_as_the_configuration_says() {
    let files = [
        ("a/config.ini", "password = Kq7vz9Rt2Lw!\n"),
        ("buckler.toml", "[secrets]\nexclude = [\"a/**\"]\n"),
    ];
    let folder = Folder::new(&files);
    assert!(!folder.buckler(&["scan"]).out.contains("secret-password"));
    folder.write("buckler.toml", "[secrets]\nenabled = false\n");
    assert!(!folder.buckler(&["scan"]).out.contains("secret-password"));
    folder.write("buckler.toml", "[secrets]\nallow = [\"abc\"]\n");
    let ran = folder.buckler(&["scan"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    folder.write("buckler.toml", "[secrets]\n");
    assert!(folder.buckler(&["scan"]).out.contains("secret-password"));
    assert!(!folder.buckler(&["scan", "--no-secrets"]).out.contains("secret-password"));
}

#[test]
fn a_parameter_decides_a_condition() {
    let template = "Parameters:\n  Auth: { Type: String, Default: AWS_IAM }\nResources:\n  Open:\n    Type: AWS::Lambda::Url\n    Properties: { TargetFunctionArn: f, AuthType: !Ref Auth }\n";
    let folder = Folder::new(&[("template.yaml", template)]);
    assert_eq!(folder.buckler(&["scan", "--check", "public-function-url"]).code, 0);
    assert_eq!(folder.buckler(&["scan", "--check", "public-function-url", "--param", "Auth=NONE"]).code, 1);
}
