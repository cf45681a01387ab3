//! Who the caller is comes from a token whose signature nobody verified.
use model::SinkKind;

use crate::code::shared::{flows_of, is_of_token};
use crate::prelude::*;

check! {
    /// # Identity from an unverified token
    ///
    /// Who the caller is comes from a token whose signature nobody verified.
    ///
    /// ## Why it matters
    ///
    /// Anyone can write a token that names somebody else. Without the signature it proves nothing, and the
    /// caller reads and changes what belongs to that person.
    ///
    /// ## What to do
    ///
    /// Verify the token (`jwt.decode` with a key, `jsonwebtoken.verify`, `aws-jwt-verify`), or let the API
    /// do it and read the claims from `requestContext.authorizer`.
    ///
    /// ```python fires
    /// import boto3
    /// import jwt
    ///
    /// table = boto3.resource("dynamodb").Table("orders")
    ///
    /// def handler(event, context):
    ///     claims = jwt.decode(event["headers"]["authorization"], options={"verify_signature": False})
    ///     return table.get_item(Key={"owner": claims["sub"]})
    /// ```
    /// ```python quiet
    /// import boto3
    /// import jwt
    ///
    /// table = boto3.resource("dynamodb").Table("orders")
    /// KEY = boto3.client("ssm").get_parameter(Name="key")["Parameter"]["Value"]
    ///
    /// def handler(event, context):
    ///     claims = jwt.decode(event["headers"]["authorization"], KEY, algorithms=["RS256"])
    ///     return table.get_item(Key={"owner": claims["sub"]})
    /// ```
    /// ```javascript fires
    /// const AWS = require("aws-sdk");
    /// const jwt = require("jsonwebtoken");
    ///
    /// const table = new AWS.DynamoDB.DocumentClient();
    ///
    /// exports.handler = async (event) => {
    ///   const claims = jwt.decode(event.headers.authorization);
    ///   return table.get({ TableName: "orders", Key: { owner: claims.sub } }).promise();
    /// };
    /// ```
    /// ```javascript quiet
    /// const AWS = require("aws-sdk");
    /// const jwt = require("jsonwebtoken");
    ///
    /// const table = new AWS.DynamoDB.DocumentClient();
    ///
    /// exports.handler = async (event) => {
    ///   const claims = jwt.verify(event.headers.authorization, process.env.KEY);
    ///   return table.get({ TableName: "orders", Key: { owner: claims.sub } }).promise();
    /// };
    /// ```
    IDENTITY_FROM_UNVERIFIED_TOKEN = "identity-from-unverified-token" {
        since: "0.1.0",
        severity: Critical,
        confidence: Likely,
        controls: &["CWE-347", "CWE-287", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &[],
        run: identity_from_unverified_token,
    }
}

fn identity_from_unverified_token(app: &App, findings: &mut Findings) {
    let does = "says who the caller is, unverified,";
    flows_of(app, findings, &IDENTITY_FROM_UNVERIFIED_TOKEN, does, |flow| {
        flow.sink.kind == SinkKind::Identity && is_of_token(flow)
    });
}
