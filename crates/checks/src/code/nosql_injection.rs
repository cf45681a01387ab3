//! Data that others choose becomes part of a query to a document or key-value database.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # NoSQL injection
    ///
    /// Data that others choose becomes part of a query to a document or key-value database.
    ///
    /// ## Why it matters
    ///
    /// A filter that takes an object from the request lets the sender put operators in it (`{"$ne":
    /// null}`). An expression that is glued together lets them change its meaning. Both read or change what
    /// belongs to others.
    ///
    /// ## What to do
    ///
    /// Take single values of the type that you expect (`str(body["name"])`) and put them into a filter of
    /// your own. In DynamoDB expressions use placeholders (`:name`) for all values.
    ///
    /// ```python fires
    /// import boto3
    ///
    /// table = boto3.resource("dynamodb").Table("orders")
    ///
    /// def handler(event, context):
    ///     owner = event["queryStringParameters"]["owner"]
    ///     rows = table.scan(FilterExpression="owner = " + owner)
    ///     return {"body": str(rows["Items"])}
    /// ```
    /// ```python quiet
    /// import boto3
    /// from boto3.dynamodb.conditions import Attr
    ///
    /// table = boto3.resource("dynamodb").Table("orders")
    ///
    /// def handler(event, context):
    ///     owner = event["queryStringParameters"]["owner"]
    ///     rows = table.scan(FilterExpression=Attr("owner").eq(owner))
    ///     return {"body": str(rows["Items"])}
    /// ```
    /// ```javascript fires
    /// const { MongoClient } = require("mongodb");
    ///
    /// exports.handler = async (event) => {
    ///   const client = await MongoClient.connect(process.env.URL);
    ///   const body = JSON.parse(event.body);
    ///   return client.db("shop").collection("users").findOne({ name: body.name, password: body.password });
    /// };
    /// ```
    /// ```javascript quiet
    /// const { MongoClient } = require("mongodb");
    ///
    /// exports.handler = async (event) => {
    ///   const client = await MongoClient.connect(process.env.URL);
    ///   const body = JSON.parse(event.body);
    ///   return client.db("shop").collection("users").findOne({ name: String(body.name) });
    /// };
    /// ```
    NOSQL_INJECTION = "nosql-injection" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-943", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &[],
        run: nosql_injection,
    }
}

fn nosql_injection(app: &App, findings: &mut Findings) {
    flows(app, findings, &NOSQL_INJECTION, SinkKind::NoSql, "becomes part of a query");
}
