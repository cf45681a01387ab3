//! Before and after, on one small shop.
use super::*;

const SHOP: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders } }
  Invoices: { Type: AWS::S3::Bucket }
  Mails: { Type: AWS::SQS::Queue }
  ApiKey: { Type: AWS::SecretsManager::Secret }
  Order:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Runtime: python3.13
      InlineCode: x
      Policies: [{ Statement: [STATEMENTS] }]
  Mailer:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Runtime: python3.13
      InlineCode: x
      Policies: [{ Statement: [{ Effect: Allow, Action: 's3:GetObject', Resource: !Sub '${Invoices.Arn}/*' }] }]
      Events: { Q: { Type: SQS, Properties: { Queue: !GetAtt Mails.Arn } } }
";

fn shown(statements: &str) -> String {
    let text = SHOP.replace("STATEMENTS", statements);
    let project = testkit::project([("template.yaml", text.as_str())]);
    let app = project.templates().next().unwrap();
    let reach = reach(app, app.named("Order").unwrap()).unwrap();
    let name = |id: NodeId| app.node(id).unwrap().name.clone();
    let mut lines: Vec<String> = Vec::new();
    for access in &reach.nodes {
        let words = [(access.read, "read"), (access.write, "write"), (access.delete, "delete")];
        let administer = [(access.administer, "administer")];
        let words = words.iter().chain(&administer);
        let words: Vec<&str> = words.filter(|(is, _)| *is).map(|(_, word)| *word).collect();
        lines.push(format!("{} {}", name(access.node), words.join("+")));
    }
    for next in &reach.next {
        let more: Vec<String> = next.more.iter().map(|id| name(*id)).collect();
        lines.push(format!("starts {} ({})", name(next.node), more.join(" ")));
    }
    for outside in &reach.outside {
        lines.push(format!("outside {} {}", outside.resource, outside.services.join(" ")));
    }
    lines.push(
        reach
            .score
            .parts
            .iter()
            .map(|part| format!("{} {}", part.what, part.points))
            .collect::<Vec<_>>()
            .join(", "),
    );
    lines.join("\n")
}

#[test]
fn exact_statements_reach_what_they_name() {
    let statements =
        "{ Effect: Allow, Action: ['dynamodb:PutItem', 'dynamodb:GetItem'], Resource: !GetAtt Orders.Arn }";
    assert_eq!(shown(statements), "Orders read+write\nreads 1 store 1, writes to 1 store 2");
    let by_name = statements.replace(
        "!GetAtt Orders.Arn",
        "!Sub 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders'",
    );
    assert_eq!(shown(&by_name), shown(statements));
    let other = statements.replace("!GetAtt Orders.Arn", "'arn:aws:dynamodb:*:*:table/others'");
    assert_eq!(shown(&other), "");
}

#[test]
fn what_is_in_a_bucket_is_the_bucket() {
    let statement = "{ Effect: Allow, Action: 's3:DeleteObject', Resource: !Sub '${Invoices.Arn}/*' }";
    assert_eq!(shown(statement), "Invoices delete\ndeletes in 1 store 3");
}

#[test]
fn a_queue_starts_its_function() {
    let statement = "{ Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Mails.Arn }";
    assert_eq!(
        shown(statement),
        "Mails write\nstarts Mailer (Invoices)\nwrites to 1 store 2, starts 1 function 1"
    );
}

#[test]
fn wildcards_reach_past_the_application() {
    let statement = "{ Effect: Allow, Action: ['secretsmanager:GetSecretValue'], Resource: '*' }";
    assert_eq!(
        shown(statement),
        "ApiKey read\noutside * secretsmanager\nreads 1 secret 5, reads outside of the application in 1 service 3"
    );
    let deny = format!("{statement}, {{ Effect: Deny, Action: 'secretsmanager:*', Resource: !Ref ApiKey }}");
    assert_eq!(shown(&deny), "outside * secretsmanager\nreads outside of the application in 1 service 3");
}

#[test]
fn a_minimal_policy_shrinks_it() {
    let text = SHOP.replace("STATEMENTS", "{ Effect: Allow, Action: '*', Resource: '*' }");
    let project = testkit::project([("template.yaml", text.as_str())]);
    let app = project.templates().next().unwrap();
    let function = app.named("Order").unwrap();
    let before = reach(app, function).unwrap();
    let after = reach_with(app, function, &[]).unwrap();
    assert!(before.nodes.len() >= 4 && before.score.total > 50, "{:?}", before.score);
    assert_eq!((after.nodes.len(), after.score.total), (0, 0));
    assert_eq!(after.levels, Levels::default());
}
