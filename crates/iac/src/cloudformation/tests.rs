use expect_test::{Expect, expect};

use crate::{MemorySource, Options};

use crate::reader::Reader;

fn shown(files: &[(&str, &str)], options: &Options) -> String {
    let source = MemorySource::new(files.iter().copied());
    let mut reader = Reader::new(&source, options);
    let mut out = String::new();
    let Some((framework, resources)) = super::read(&mut reader, "template.yaml") else {
        return "no template\n".to_owned();
    };
    if framework == model::Framework::Sam {
        out += "sam\n";
    }
    for resource in resources {
        let made = if resource.implicit { " (implicit)" } else { "" };
        let properties = resource.properties.display();
        out += &format!("{}: {}{made} {properties}\n", resource.name, resource.provider_type);
    }
    for problem in &reader.problems {
        out += &format!("! {}: {}\n", problem.kind.as_str(), problem.message);
    }
    out
}

fn check(template: &str, expected: Expect) {
    expected.assert_eq(&shown(&[("template.yaml", template)], &Options::default()));
}

#[test]
fn references_and_joins() {
    check(
        "
Parameters: { Stage: { Type: String, Default: dev }, Open: { Type: String } }
Resources:
  B: { Type: AWS::S3::Bucket, Properties: { BucketName: !Sub 'x-${Stage}-${AWS::AccountId}', A: !Ref Open } }
  C: { Type: X::Y::Z, Properties: { A: !GetAtt B.Arn, B: !Join [',', [a, !Ref Stage]], C: !Ref Nope, D: !Ref AWS::NoValue } }
",
        expect![[r#"
            B: AWS::S3::Bucket {BucketName: x-dev-${AWS::AccountId}, A: ${Open}}
            C: X::Y::Z {A: ${B.Arn}, B: a,dev, C: ${Nope}}
            ! unresolved: `Nope` is neither a parameter nor a resource of this template
        "#]],
    );
}
