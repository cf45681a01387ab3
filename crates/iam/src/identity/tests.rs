//! Who has which permissions.
use model::Value;

use super::*;

fn shown(text: &str, name: &str) -> String {
    let project = testkit::project([("template.yaml", text)]);
    let app = project.templates().next().unwrap();
    let all = identities(app);
    let identity = all.iter().find(|identity| identity.node.name == name).unwrap();
    let actions = |policies: &[Policy]| {
        let statements = policies.iter().flat_map(|policy| &policy.statements);
        statements.flat_map(|statement| &statement.actions).map(Value::display).collect::<Vec<_>>().join(" ")
    };
    format!(
        "may {} | at most {} | unclear {}",
        actions(&identity.policies),
        actions(&identity.boundaries),
        identity.unclear.len()
    )
}

const POLICY: &str = "PolicyDocument: { Statement: [{ Effect: Allow, Action: ";

#[test]
fn a_user_has_what_its_groups_have() {
    let text = format!(
        "Resources:
  U: {{ Type: AWS::IAM::User, Properties: {{ Groups: [!Ref G], UserName: ann }} }}
  G: {{ Type: AWS::IAM::Group, Properties: {{ Policies: [{{ PolicyName: g, {POLICY} 's3:GetObject', Resource: '*' }}] }} }}] }} }}
  H: {{ Type: AWS::IAM::Group, Properties: {{ Policies: [{{ PolicyName: h, {POLICY} 'sns:Publish', Resource: '*' }}] }} }}] }} }}
  M: {{ Type: AWS::IAM::UserToGroupAddition, Properties: {{ GroupName: !Ref H, Users: [ann] }} }}
"
    );
    assert_eq!(shown(&text, "U"), "may s3:GetObject sns:Publish | at most  | unclear 0");
}

#[test]
fn managed_policies_and_boundaries_have_their_text() {
    let text = format!(
        "Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{ Statement: [] }}
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess', 'arn:aws:iam::123456789012:policy/own']
      PermissionsBoundary: !Ref B
  B: {{ Type: AWS::IAM::ManagedPolicy, Properties: {{ {POLICY} 's3:*', Resource: '*' }}] }} }} }}
"
    );
    assert_eq!(shown(&text, "R"), "may * | at most s3:* | unclear 1");
}
