//! An object that others send is stored as it is, with whatever fields they put in it.
use model::{SinkKind, Trust};

use crate::code::shared::flows_of;
use crate::prelude::*;

check! {
    /// # Mass assignment
    ///
    /// An object that others send is stored as it is, with whatever fields they put in it.
    ///
    /// ## Why it matters
    ///
    /// The sender sets fields that were not meant for them: a price, a role, the owner, the state of an
    /// order.
    ///
    /// ## What to do
    ///
    /// Copy the fields that the caller may set by name, or check the object against a schema that refuses
    /// other fields.
    ///
    /// ```python fires
    /// import json
    /// import boto3
    ///
    /// table = boto3.resource("dynamodb").Table("users")
    ///
    /// def handler(event, context):
    ///     table.put_item(Item=json.loads(event["body"]))
    ///     return {"statusCode": 201}
    /// ```
    /// ```python quiet
    /// import json
    /// import boto3
    ///
    /// table = boto3.resource("dynamodb").Table("users")
    ///
    /// def handler(event, context):
    ///     body = json.loads(event["body"])
    ///     table.put_item(Item={"id": str(body["id"]), "name": str(body["name"])})
    ///     return {"statusCode": 201}
    /// ```
    /// ```javascript fires
    /// const AWS = require("aws-sdk");
    ///
    /// const table = new AWS.DynamoDB.DocumentClient();
    ///
    /// exports.handler = async (event) => {
    ///   const user = JSON.parse(event.body);
    ///   await table.put({ TableName: "users", Item: { ...user, created: 1 } }).promise();
    /// };
    /// ```
    /// ```javascript quiet
    /// const AWS = require("aws-sdk");
    ///
    /// const table = new AWS.DynamoDB.DocumentClient();
    ///
    /// exports.handler = async (event) => {
    ///   const user = JSON.parse(event.body);
    ///   await table.put({ TableName: "users", Item: { id: String(user.id) } }).promise();
    /// };
    /// ```
    MASS_ASSIGNMENT = "mass-assignment" {
        since: "0.1.0",
        severity: Medium,
        confidence: Possible,
        controls: &["CWE-915", "OWASP-API-2023:API3", "CSA:SAS-9"],
        also_known_as: &[],
        run: mass_assignment,
    }
}

fn mass_assignment(app: &App, findings: &mut Findings) {
    // What another part of the system sends, it put together itself.
    flows_of(app, findings, &MASS_ASSIGNMENT, "is stored with whatever fields it has", |flow| {
        flow.sink.kind == SinkKind::MassAssignment && flow.trust != Trust::Internal
    });
}
