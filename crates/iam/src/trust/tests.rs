//! One trust policy each, and what is to be said of it.
use super::*;

fn concerns(statement: &str, more: &str) -> String {
    let text = format!(
        "Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {{ Role: !GetAtt R.Arn, Handler: a.b, Runtime: python3.13, Code: {{ ZipFile: x }} }}
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{ Statement: [{{ Effect: Allow, Action: 'sts:AssumeRole', {statement} }}] }}
  U: {{ Type: AWS::IAM::User }}
{more}"
    );
    let project = testkit::project([("template.yaml", text.as_str())]);
    let app = project.templates().next().unwrap();
    let found = trust_of(app, app.named("F").unwrap());
    found.iter().map(|trust| format!("{:?}", trust.concern)).collect::<Vec<_>>().join(" ")
}

#[test]
fn services() {
    assert_eq!(concerns("Principal: { Service: lambda.amazonaws.com }", ""), "None");
    assert_eq!(
        concerns("Principal: { Service: [lambda.amazonaws.com, edgelambda.amazonaws.com] }", ""),
        "None None"
    );
    assert_eq!(
        concerns("Principal: { Service: [lambda.amazonaws.com, ec2.amazonaws.com] }", ""),
        "None OtherService"
    );
    let machine = "  S: { Type: AWS::StepFunctions::StateMachine, Properties: { RoleArn: !GetAtt R.Arn, DefinitionString: '{}' } }\n";
    assert_eq!(concerns("Principal: { Service: states.amazonaws.com }", machine), "ConfusedDeputy");
    assert_eq!(
        concerns(
            "Principal: { Service: !Sub 'states.${AWS::Region}.amazonaws.com' }, Condition: { StringEquals: { aws:SourceAccount: !Ref AWS::AccountId } }",
            machine
        ),
        "None"
    );
}

#[test]
fn accounts_and_people() {
    assert_eq!(concerns("Principal: '*'", ""), "Everyone");
    assert_eq!(
        concerns("Principal: { AWS: '*' }, Condition: { StringEquals: { aws:PrincipalOrgID: o-1 } }", ""),
        "OtherAccount"
    );
    assert_eq!(concerns("Principal: { AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }", ""), "Account");
    assert_eq!(concerns("Principal: { AWS: !Ref AWS::AccountId }", ""), "Account");
    assert_eq!(
        concerns("Principal: { AWS: 'arn:aws:iam::123456789012:root' }", ""),
        "OtherAccountWithoutExternalId"
    );
    assert_eq!(
        concerns(
            "Principal: { AWS: '123456789012' }, Condition: { StringEquals: { sts:ExternalId: x } }",
            ""
        ),
        "OtherAccount"
    );
    assert_eq!(concerns("Principal: { AWS: !GetAtt U.Arn }", ""), "Person");
    assert_eq!(concerns("NotPrincipal: { AWS: '123456789012' }", ""), "Excepted");
}

#[test]
fn people_who_sign_in_elsewhere() {
    let github = "Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' }";
    assert_eq!(concerns(github, ""), "FederatedWithoutSubject");
    let subject = "Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:a/b:*' } }";
    assert_eq!(concerns(&format!("{github}, {subject}"), ""), "Federated");
}
