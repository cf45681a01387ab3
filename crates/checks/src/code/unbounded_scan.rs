//! Anyone can make the function read a whole table.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # Unbounded scan behind a public route
    ///
    /// Anyone can make the function read a whole table.
    ///
    /// ## Why it matters
    ///
    /// A scan reads every item and is paid for by what it reads. The table grows, and each request costs
    /// more and takes longer, until capacity or memory is used up.
    ///
    /// ## What to do
    ///
    /// Query by key, or give a `Limit` and hand out pages.
    ///
    /// ```python fires
    /// import boto3
    ///
    /// table = boto3.resource("dynamodb").Table("orders")
    ///
    /// def handler(event, context):
    ///     return table.scan()["Items"]
    /// ```
    /// ```python quiet
    /// import boto3
    ///
    /// table = boto3.resource("dynamodb").Table("orders")
    ///
    /// def handler(event, context):
    ///     return table.scan(Limit=50)["Items"]
    /// ```
    /// ```javascript fires
    /// const { DynamoDBClient, ScanCommand } = require("@aws-sdk/client-dynamodb");
    ///
    /// const client = new DynamoDBClient({});
    ///
    /// exports.handler = async () => client.send(new ScanCommand({ TableName: "orders" }));
    /// ```
    /// ```javascript quiet
    /// const { DynamoDBClient, ScanCommand } = require("@aws-sdk/client-dynamodb");
    ///
    /// const client = new DynamoDBClient({});
    ///
    /// exports.handler = async () => client.send(new ScanCommand({ TableName: "orders", Limit: 50 }));
    /// ```
    UNBOUNDED_SCAN = "unbounded-scan" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-770", "OWASP-API-2023:API4", "CSA:SAS-8"],
        also_known_as: &[],
        run: unbounded_scan,
    }
}

fn unbounded_scan(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let is_scan =
            seen.call.aws.as_ref().is_some_and(|aws| aws.service == "dynamodb" && aws.operation == "Scan");
        if !is_scan || !seen.call.reached || seen.may_have("Limit") {
            continue;
        }
        let public = app
            .sources(seen.node, Relation::Triggers)
            .find(|trigger| trigger.kind == Kind::Trigger && trigger.text("exposure") == Some("public"));
        if let Some(trigger) = public {
            let message =
                format!("anyone makes `{}` read a whole table through `{}`", seen.node.name, trigger.name);
            findings.push(
                seen.finding(&UNBOUNDED_SCAN, message).fix_if(
                    seen.is_python()
                        .then(|| seen.with_argument("Limit=100"))
                        .flatten()
                        .map(|patch| Fix::risky("read a hundred items at most", patch)),
                ),
            );
        }
    }
}
