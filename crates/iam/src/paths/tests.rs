//! Each group of techniques on a small template, beside a twin that only looks like it.
use super::*;

/// `from`: role of a function that may do `statements`; beside it an administrator that `service` may assume.
fn app(service: &str, statements: &str, more: &str) -> String {
    format!(
        "Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {{ Role: !GetAtt From.Arn, Handler: a.b, Runtime: python3.13, Code: {{ ZipFile: x }} }}
  From:
    Type: AWS::IAM::Role
    Properties:
      RoleName: from
      AssumeRolePolicyDocument: {{ Statement: [{{ Effect: Allow, Principal: {{ Service: lambda.amazonaws.com }}, Action: sts:AssumeRole }}] }}
      Policies: [{{ PolicyName: p, PolicyDocument: {{ Statement: [{statements}] }} }}]
  Boss:
    Type: AWS::IAM::Role
    Properties:
      RoleName: boss
      AssumeRolePolicyDocument: {{ Statement: [{{ Effect: Allow, Principal: {service}, Action: sts:AssumeRole }}] }}
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']
{more}"
    )
}

fn allow(actions: &str, resources: &str) -> String {
    format!("{{ Effect: Allow, Action: [{actions}], Resource: {resources} }}")
}

/// The ways of `From` (or, with a `who`, of that identity), as lines.
fn ways(text: &str, who: &str) -> String {
    let project = testkit::project([("template.yaml", text)]);
    let app = project.templates().next().unwrap();
    let result = escalations(app);
    let name = |id: NodeId| app.node(id).unwrap().name.clone();
    let of = result.found.iter().filter(|way| name(way.from) == who);
    let lines = of.map(|way| {
        let hops: Vec<String> = way
            .hops
            .iter()
            .map(|hop| {
                let through = hop.through.map(|id| format!("({})", name(id))).unwrap_or_default();
                format!("{}{through} > {}", hop.technique.id, hop.next.map_or("?".to_owned(), name))
            })
            .collect();
        let end = match way.to {
            End::Administrator => "all".to_owned(),
            End::Identity(id) => name(id),
            End::Elsewhere => "elsewhere".to_owned(),
        };
        let sure = if way.certainty == Certainty::Possible { "perhaps " } else { "" };
        format!("{sure}{end}: {}", hops.join(", "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

const EC2: &str = "{ Service: ec2.amazonaws.com }";
const LAMBDA: &str = "{ Service: lambda.amazonaws.com }";

#[test]
fn a_role_that_may_change_itself() {
    let own = "!GetAtt From.Arn";
    assert_eq!(ways(&app(EC2, &allow("iam:PutRolePolicy", own), ""), "From"), "all: put-role-policy > From");
    let wild = "'arn:aws:iam::*:role/fro*'";
    assert_eq!(ways(&app(EC2, &allow("iam:Attach*", wild), ""), "From"), "all: attach-role-policy > From");
    // Of another role alone it has nothing: nobody lets it become that one.
    assert_eq!(ways(&app(EC2, &allow("iam:PutRolePolicy", "!GetAtt Boss.Arn"), ""), "From"), "");
    assert_eq!(ways(&app(EC2, &allow("iam:PutRolePolicy", "'arn:aws:iam::*:role/other-*'"), ""), "From"), "");
}

#[test]
fn policies_of_aws_have_no_versions_of_ones_own() {
    let policy = |resource: &str| {
        format!(
            "  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: team-p
      Roles: [!Ref From]
      PolicyDocument: {{ Statement: [{}] }}
",
            allow("iam:CreatePolicyVersion", resource)
        )
    };
    let text = |resource: &str| app(EC2, "", &policy(resource));
    assert_eq!(ways(&text("'arn:aws:iam::*:policy/team-*'"), "From"), "all: create-policy-version(P) > From");
    assert_eq!(ways(&text("'*'"), "From"), "all: create-policy-version(P) > From");
    assert_eq!(ways(&text("'arn:aws:iam::aws:policy/team-*'"), "From"), "");
}

#[test]
fn denials_boundaries_and_conditions_close_a_way() {
    let open = allow("'iam:*'", "'*'");
    let with = |second: &str, more: &str| ways(&app(EC2, &format!("{open}, {second}"), more), "From");
    assert!(with("{ Effect: Deny, Action: 's3:*', Resource: '*' }", "").starts_with("all: "));
    assert_eq!(with("{ Effect: Deny, Action: 'iam:*', Resource: '*' }", ""), "");
    assert_eq!(with("{ Effect: Deny, NotAction: 's3:*', Resource: '*' }", ""), "");
    let when = |condition: &str| {
        let statement = "Effect: Allow, Action: iam:PutRolePolicy, Resource: '*'";
        ways(&app(EC2, &format!("{{ {statement}, Condition: {{ {condition} }} }}"), ""), "From")
    };
    let all = "all: put-role-policy > From";
    assert_eq!(when("DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' }"), all);
    assert_eq!(when("DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' }"), "");
    assert_eq!(when("Bool: { 'aws:SecureTransport': 'true' }"), all);
    assert_eq!(when("Bool: { 'aws:MultiFactorAuthPresent': 'true' }"), "");
    assert_eq!(when("StringEquals: { 'aws:RequestedRegion': 'eu-central-1' }"), all);
    assert_eq!(when("ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/from' }"), all);
    assert_eq!(when("ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/ops-*' }"), "");
    assert_eq!(when("StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::1:policy/b' }"), "");
    assert_eq!(when("IpAddress: { 'aws:SourceIp': '10.0.0.0/8' }"), "perhaps all: put-role-policy > From");
}

#[test]
fn a_boundary_holds_until_it_can_be_dropped() {
    let text = |action: &str| {
        app(EC2, &allow(action, "'*'"), "")
            .replace("RoleName: from\n", "RoleName: from\n      PermissionsBoundary: !Ref B\n")
            + "  B: { Type: AWS::IAM::ManagedPolicy, Properties: { PolicyDocument: { Statement: [{ Effect: Allow, \
             Action: ['s3:*', 'iam:DeleteRolePermissionsBoundary'], Resource: '*' }] } } }\n"
    };
    assert_eq!(ways(&text("iam:PutRolePolicy"), "From"), "");
    assert_eq!(
        ways(&text("iam:PutRolePolicy, iam:DeleteRolePermissionsBoundary"), "From"),
        "all: drop-role-boundary > From, put-role-policy > From"
    );
}

#[test]
fn a_role_is_passed_to_a_service_that_it_trusts() {
    let lambda = "iam:PassRole, lambda:CreateFunction, lambda:InvokeFunction";
    assert_eq!(
        ways(&app(LAMBDA, &allow(lambda, "'*'"), ""), "From"),
        "all: pass-role-new-function-invoke > Boss"
    );
    // The role trusts another service; some role of the account may trust the right one.
    assert_eq!(
        ways(&app(EC2, &allow(lambda, "'*'"), ""), "From"),
        "perhaps elsewhere: pass-role-new-function-invoke > ?"
    );
    assert_eq!(
        ways(&app(LAMBDA, &allow("lambda:CreateFunction, lambda:InvokeFunction", "'*'"), ""), "From"),
        ""
    );
    let passes = |resource: &str| {
        let both =
            [allow("lambda:CreateFunction, lambda:InvokeFunction", "'*'"), allow("iam:PassRole", resource)];
        ways(&app(LAMBDA, &both.join(", "), ""), "From")
    };
    assert_eq!(passes("!GetAtt Boss.Arn"), "all: pass-role-new-function-invoke > Boss");
    assert_eq!(
        passes("!Sub 'arn:aws:iam::${AWS::AccountId}:role/${Boss}'"),
        "all: pass-role-new-function-invoke > Boss"
    );
    assert_eq!(passes("!GetAtt From.Arn"), "");
    assert_eq!(passes("'arn:aws:iam::*:role/worker-*'"), "");
}

#[test]
fn a_role_may_be_passed_only_where_a_condition_says() {
    let passes = |services: &str| {
        let condition = format!("Condition: {{ StringEquals: {{ 'iam:PassedToService': {services} }} }}");
        let pass = format!("{{ Effect: Allow, Action: iam:PassRole, Resource: '*', {condition} }}");
        let make = allow("lambda:CreateFunction, lambda:InvokeFunction", "'*'");
        ways(&app(LAMBDA, &format!("{pass}, {make}"), ""), "From")
    };
    assert_eq!(passes("lambda.amazonaws.com"), "all: pass-role-new-function-invoke > Boss");
    assert_eq!(passes("[glue.amazonaws.com, states.amazonaws.com]"), "");
}

#[test]
fn machines_need_a_profile() {
    let run = allow("iam:PassRole, ec2:RunInstances", "'*'");
    let profile = "  P: { Type: AWS::IAM::InstanceProfile, Properties: { Roles: [!Ref Boss] } }\n";
    assert_eq!(ways(&app(EC2, &run, profile), "From"), "all: pass-role-new-instance > Boss");
    assert_eq!(ways(&app(EC2, &run, ""), "From"), "perhaps all: pass-role-new-instance > Boss");
}

#[test]
fn what_runs_is_taken_over() {
    let other = "  G:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: nightly, Role: !GetAtt Boss.Arn, Handler: a.b, Runtime: python3.13, Code: { ZipFile: x } }
";
    let take =
        |resource: &str| ways(&app(LAMBDA, &allow("lambda:UpdateFunctionCode", resource), other), "From");
    assert_eq!(take("!GetAtt G.Arn"), "all: update-function-code(G) > Boss");
    assert_eq!(take("'arn:aws:lambda:*:*:function:night*'"), "all: update-function-code(G) > Boss");
    assert_eq!(take("!GetAtt F.Arn"), "");
    assert_eq!(take("'arn:aws:lambda:*:*:function:day*'"), "");
    let machine = "  P: { Type: AWS::IAM::InstanceProfile, Properties: { Roles: [!Ref Boss] } }
  I: { Type: AWS::EC2::Instance, Properties: { ImageId: ami-1, IamInstanceProfile: !Ref P } }
";
    let shell = |resource: &str| ways(&app(EC2, &allow("ssm:StartSession", resource), machine), "From");
    assert_eq!(shell("'*'"), "all: ssm-start-session(I) > Boss");
    assert_eq!(shell("'arn:aws:ec2:*:*:instance/*'"), "all: ssm-start-session(I) > Boss");
    assert_eq!(shell("'arn:aws:ssm:*:*:document/*'"), "");
}

#[test]
fn roles_let_each_other_in() {
    let root = "{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }";
    assert_eq!(ways(&app(root, &allow("sts:AssumeRole", "'*'"), ""), "From"), "all: assume-role > Boss");
    // The account may, if the role's own policies say so; these do not.
    assert_eq!(ways(&app(root, &allow("s3:GetObject", "'*'"), ""), "From"), "");
    let named = "{ AWS: !GetAtt From.Arn }";
    assert_eq!(ways(&app(named, &allow("s3:GetObject", "'*'"), ""), "From"), "all: assume-role > Boss");
    let denied = "{ Effect: Deny, Action: sts:AssumeRole, Resource: '*' }";
    assert_eq!(ways(&app(named, denied, ""), "From"), "");
    assert_eq!(ways(&app(EC2, &allow("sts:AssumeRole", "'*'"), ""), "From"), "");
}

#[test]
fn a_chain_over_two_identities() {
    let middle = "  Middle:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { AWS: !GetAtt From.Arn }, Action: sts:AssumeRole }] }
      Policies: [{ PolicyName: m, PolicyDocument: { Statement: [{ Effect: Allow, Action: 'iam:UpdateAssumeRolePolicy', Resource: !GetAtt Boss.Arn }] } }]
";
    assert_eq!(
        ways(&app(EC2, &allow("sts:AssumeRole", "'*'"), middle), "From"),
        "all: assume-role > Middle, update-assume-role-policy > Boss"
    );
}

#[test]
fn growing_somebody_counts_when_one_can_become_them() {
    let weak = "  Weak:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { AWS: !GetAtt From.Arn }, Action: sts:AssumeRole }] }
";
    assert_eq!(
        ways(&app(EC2, &allow("iam:AttachRolePolicy", "!GetAtt Weak.Arn"), weak), "From"),
        "all: attach-role-policy > Weak, assume-role > Weak"
    );
}

#[test]
fn users_passwords_keys_and_groups() {
    let users = |statements: &str| {
        let text = format!(
            "Resources:
  Ann: {{ Type: AWS::IAM::User, Properties: {{ UserName: ann, Policies: [{{ PolicyName: p, PolicyDocument: {{ Statement: [{statements}] }} }}] }} }}
  Root: {{ Type: AWS::IAM::User, Properties: {{ UserName: root, ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }} }}
  Admins: {{ Type: AWS::IAM::Group, Properties: {{ ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }} }}
"
        );
        ways(&text, "Ann")
    };
    assert_eq!(users(&allow("iam:CreateAccessKey", "'*'")), "all: create-access-key > Root");
    assert_eq!(users(&allow("iam:UpdateLoginProfile", "'*'")), "perhaps all: update-login-profile > Root");
    assert_eq!(users(&allow("iam:AddUserToGroup", "'*'")), "all: add-user-to-group > Admins");
    // Everyone may look after their own key.
    assert_eq!(users(&allow("iam:CreateAccessKey", "'arn:aws:iam::*:user/${aws:username}'")), "");
    assert_eq!(
        users(&allow("iam:PutUserPolicy", "'arn:aws:iam::*:user/${aws:username}'")),
        "all: put-user-policy > Ann"
    );
}

#[test]
fn a_stronger_role_is_an_end_too() {
    let reader = "  Reader:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { AWS: !GetAtt From.Arn }, Action: sts:AssumeRole }] }
      Policies: [{ PolicyName: m, PolicyDocument: { Statement: [{ Effect: Allow, Action: 's3:GetObject', Resource: '*' }] } }]
";
    assert_eq!(
        ways(&app(EC2, &allow("sqs:SendMessage", "'*'"), reader), "From"),
        "Reader: assume-role > Reader"
    );
    assert_eq!(ways(&app(EC2, &allow("'s3:*'", "'*'"), reader), "From"), "");
}

#[test]
fn a_minimal_policy_is_judged_in_its_place() {
    let text = app(EC2, &allow("'iam:*'", "'*'"), "");
    let project = testkit::project([("template.yaml", text.as_str())]);
    let app = project.templates().next().unwrap();
    let role = app.named("From").unwrap().id;
    assert_eq!(escalations(app).found.len(), 1);
    assert_eq!(escalations(app).found[0].functions, [app.named("F").unwrap().id]);
    assert!(escalations_with(app, role, &[]).found.is_empty());
}

#[test]
fn administrators_are_told_and_what_is_not_known() {
    let text = app(EC2, "", "").replace(
        "      Policies:",
        "      ManagedPolicyArns: ['arn:aws:iam::123456789012:policy/x']\n      Policies:",
    );
    let project = testkit::project([("template.yaml", text.as_str())]);
    let app = project.templates().next().unwrap();
    let result = escalations(app);
    assert_eq!(result.administrators, [app.named("Boss").unwrap().id]);
    assert_eq!(result.unclear, [app.named("From").unwrap().id]);
}

#[test]
fn every_technique_has_a_name_of_its_own_and_real_actions() {
    let mut ids: Vec<&str> = techniques().map(|technique| technique.id).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    for need in techniques().flat_map(|technique| technique.needs) {
        for action in need.any {
            let known = crate::catalogue::action(action).unwrap_or_else(|| panic!("AWS has no `{action}`"));
            assert_eq!(known.display(), *action);
        }
    }
}

/// Three hundred roles that may pass each other to functions: the worst case of a real account.
#[test]
fn hundreds_of_roles_are_cut_and_told() {
    use std::fmt::Write;
    let mut text = "Resources:\n".to_owned();
    for number in 0..300 {
        let actions =
            "iam:PassRole, lambda:CreateFunction, lambda:InvokeFunction, sts:AssumeRole, ssm:StartSession";
        write!(
            text,
            "  R{number}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{ Statement: [{{ Effect: Allow, Principal: {LAMBDA}, Action: sts:AssumeRole }}] }}
      Policies: [{{ PolicyName: p, PolicyDocument: {{ Statement: [{}, {}] }} }}]
",
            allow(actions, "'*'"),
            allow("s3:GetObject", &format!("'arn:aws:s3:::b{number}/*'"))
        )
        .unwrap();
    }
    let project = testkit::project([("template.yaml", text.as_str())]);
    let app = project.templates().next().unwrap();
    let result = escalations(app);
    assert!(result.cut.is_some());
    assert_eq!(result.found.len(), 300 * ENDS_MAX);
}
