//! `buckler guard patch` on folders.
use crate::run::Folder;

const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:layer:buckler-guard:3";

const SAM: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: # takes orders
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      Layers:
        - !Ref Shared
      Environment:
        Variables:
          AWS_LAMBDA_EXEC_WRAPPER: /opt/trace
          TABLE: !Ref Table
  Table:
    Type: AWS::DynamoDB::Table
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: layer }
";

fn patch(folder: &Folder, more: &[&str]) -> crate::run::Ran {
    let arguments = ["guard", "patch", "--layer", ARN];
    folder.buckler(&arguments.iter().chain(more).copied().collect::<Vec<_>>())
}

#[test]
fn a_template_is_changed_in_place_and_once() {
    let folder = Folder::new(&[("template.yaml", SAM)]);
    let shown = patch(&folder, &[]);
    assert_eq!(shown.code, 1, "{shown:?}");
    assert_eq!(folder.read("template.yaml"), SAM, "nothing is written unless it is asked for");
    let ran = patch(&folder, &["--write"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let expected = SAM.replace("        - !Ref Shared\n", &format!("        - !Ref Shared\n        - {ARN}\n")).replace(
        "          AWS_LAMBDA_EXEC_WRAPPER: /opt/trace\n          TABLE: !Ref Table\n",
        "          AWS_LAMBDA_EXEC_WRAPPER: /opt/buckler-exec\n          TABLE: !Ref Table\n          BUCKLER_EXEC_WRAPPER: /opt/trace\n          BUCKLER_FUNCTION: Orders\n",
    );
    assert_eq!(folder.read("template.yaml"), expected);
    assert!(ran.out.contains("its own wrapper `/opt/trace` is started by the guard"), "{}", ran.out);
    let again = patch(&folder, &["--write"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.out.contains("has the guard already"), "{}", again.out);
    assert_eq!(folder.read("template.yaml"), expected);
    let scanned = folder.buckler(&["scan", "--json", "."]);
    assert_ne!(scanned.code, 2, "{scanned:?}");
}

#[test]
fn a_diff_is_what_git_applies() {
    let folder = Folder::new(&[("template.yaml", SAM)]);
    folder.git(&["init", "-q"]);
    let ran = patch(&folder, &["--diff"]);
    folder.write("guard.diff", &ran.out);
    folder.git(&["apply", "guard.diff"]);
    let ran = patch(&folder, &["--write"]);
    assert!(ran.out.contains("has the guard already"), "{}", ran.out);
}

#[test]
fn own_runtimes_get_the_bootstrap_and_images_are_told() {
    let text = "Resources:
  Own:
    Type: AWS::Lambda::Function
    Properties: { Runtime: provided.al2023, Handler: x, Role: r, Code: { S3Bucket: b, S3Key: k } }
  Image:
    Type: AWS::Lambda::Function
    Properties: { PackageType: Image, Role: r, Code: { ImageUri: i } }
";
    let folder = Folder::new(&[("t.yaml", text)]);
    let ran = patch(&folder, &["--write"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    let written = folder.read("t.yaml");
    assert!(written.contains("BUCKLER_BOOTSTRAP: /var/task/bootstrap.function"), "{written}");
    assert!(!written.contains("AWS_LAMBDA_EXEC_WRAPPER"), "{written}");
    assert!(
        written.contains("Properties: { PackageType: Image, Role: r, Code: { ImageUri: i } }\n"),
        "{written}"
    );
    assert!(ran.out.contains("rename the package's `bootstrap`"), "{}", ran.out);
    assert!(ran.out.contains("a container image takes no layers"), "{}", ran.out);
}

#[test]
fn services_and_terraform_are_changed_and_cdk_is_not() {
    let folder = Folder::new(&[
        (
            "s/serverless.yml",
            "service: s\nprovider: { name: aws, runtime: nodejs22.x }\nfunctions:\n  f:\n    handler: a.b\n",
        ),
        (
            "t/main.tf",
            "resource \"aws_lambda_function\" \"each\" {\n  for_each = toset([\"a\", \"b\"])\n  runtime  = \"python3.13\"\n}\n",
        ),
        (
            "c/cdk.out/S.template.json",
            "{\"Resources\": {\"F1\": {\"Type\": \"AWS::Lambda::Function\", \"Metadata\": {\"aws:cdk:path\": \"S/F/Resource\"}, \"Properties\": {\"Runtime\": \"nodejs22.x\"}}}}",
        ),
        (
            "c/cdk.out/manifest.json",
            "{\"version\": \"36.0.0\", \"artifacts\": {\"S\": {\"type\": \"aws:cloudformation:stack\", \"properties\": {\"templateFile\": \"S.template.json\"}}}}",
        ),
        ("c/cdk.json", "{\"app\": \"node bin/app.js\"}"),
    ]);
    let ran = patch(&folder, &["--write"]);
    let service = folder.read("s/serverless.yml");
    assert!(
        service.contains("    environment:\n      AWS_LAMBDA_EXEC_WRAPPER: /opt/buckler-exec\n"),
        "{ran:?} {service}"
    );
    let terraform = folder.read("t/main.tf");
    assert!(
        terraform.contains("BUCKLER_FUNCTION = \"aws_lambda_function.each[\\\"${each.key}\\\"]\""),
        "{ran:?} {terraform}"
    );
    assert!(ran.out.contains("fn.addLayers("), "{}", ran.out);
    let again = patch(&folder, &["--write"]);
    assert_eq!(
        (service, terraform),
        (folder.read("s/serverless.yml"), folder.read("t/main.tf")),
        "{again:?}"
    );
}

#[test]
fn a_layer_must_be_named_before_anything_is_written() {
    let folder = Folder::new(&[("template.yaml", SAM)]);
    let ran = folder.buckler(&["guard", "patch", "--write"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("--layer"), "{}", ran.err);
}

/// Started by either name, the one copy of the program gets its form and the runtime's command line.
#[test]
fn a_layer_holds_the_program_once() {
    let folder = Folder::new(&[]);
    let arch = if cfg!(target_arch = "x86_64") { "x86_64" } else { "arm64" };
    // A program that says how it was started.
    let ran = folder.buckler(&[
        "guard",
        "layer",
        "--out",
        "layer.zip",
        "--program",
        "/bin/echo",
        "--arch",
        arch,
        "--bootstrap",
        "--json",
    ]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let mut zip =
        zip::ZipArchive::new(std::fs::File::open(folder.path().join("layer.zip")).unwrap()).unwrap();
    zip.extract(folder.path().join("opt")).unwrap();
    let said = |name: &str| {
        let output = std::process::Command::new(folder.path().join("opt").join(name))
            .args(["a b", "c"])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(said("buckler-exec"), "exec -- a b c\n");
    assert_eq!(said("bootstrap"), "bootstrap a b c\n");
    assert_eq!(said("extensions/buckler-guard"), "a b c\n");
    let program = std::fs::metadata("/bin/echo").unwrap().len();
    let layer = std::fs::metadata(folder.path().join("opt/buckler-exec")).unwrap().len();
    assert!(layer < 100 && program > 10_000, "{layer} {program}");
    let hooks = folder.read("opt/buckler/hooks/python/sitecustomize.py");
    assert!(!hooks.contains("\n#") && !hooks.contains("\"\"\""), "hooks ship without what only people read");
}
