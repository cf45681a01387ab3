//! The request itself says who the caller is, or what they may do.
use model::SinkKind;

use crate::code::shared::{flows_of, is_of_token};
use crate::prelude::*;

check! {
    /// # Identity from input
    ///
    /// The request itself says who the caller is, or what they may do.
    ///
    /// ## Why it matters
    ///
    /// A field such as `role` or `isAdmin` of a request is whatever its sender writes. A decision that
    /// rests on it is theirs.
    ///
    /// ## What to do
    ///
    /// Take identity and role from what the platform verified (`requestContext.authorizer`), or from your
    /// own records of that identity.
    ///
    /// ```python fires
    /// import json
    /// import boto3
    ///
    /// table = boto3.resource("dynamodb").Table("orders")
    ///
    /// def handler(event, context):
    ///     body = json.loads(event["body"])
    ///     if body["isAdmin"]:
    ///         table.delete_item(Key={"id": "1"})
    /// ```
    /// ```python quiet
    /// import boto3
    ///
    /// table = boto3.resource("dynamodb").Table("orders")
    ///
    /// def handler(event, context):
    ///     claims = event["requestContext"]["authorizer"]["claims"]
    ///     if claims["cognito:groups"] == "admin":
    ///         table.delete_item(Key={"id": "1"})
    /// ```
    /// ```javascript fires
    /// const AWS = require("aws-sdk");
    ///
    /// const table = new AWS.DynamoDB.DocumentClient();
    ///
    /// exports.handler = async (event) => {
    ///   const body = JSON.parse(event.body);
    ///   if (body.role === "admin") {
    ///     await table.delete({ TableName: "orders", Key: { id: "1" } }).promise();
    ///   }
    /// };
    /// ```
    /// ```javascript quiet
    /// const AWS = require("aws-sdk");
    ///
    /// const table = new AWS.DynamoDB.DocumentClient();
    ///
    /// exports.handler = async (event) => {
    ///   if (event.requestContext.authorizer.role === "admin") {
    ///     await table.delete({ TableName: "orders", Key: { id: "1" } }).promise();
    ///   }
    /// };
    /// ```
    IDENTITY_FROM_INPUT = "identity-from-input" {
        since: "0.1.0",
        severity: High,
        confidence: Possible,
        controls: &["CWE-639", "CWE-807", "OWASP-SLS:S5", "OWASP-API-2023:API5", "CSA:SAS-2"],
        also_known_as: &[],
        run: identity_from_input,
    }
}

fn identity_from_input(app: &App, findings: &mut Findings) {
    let does = "says who the caller is";
    flows_of(app, findings, &IDENTITY_FROM_INPUT, does, |flow| {
        flow.sink.kind == SinkKind::Identity && !is_of_token(flow)
    });
}
