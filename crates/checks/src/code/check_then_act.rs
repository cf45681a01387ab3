//! An item is read, decided upon, and written back without a condition.
use model::Call;

use crate::code::shared::{Seen, calls, text};
use crate::prelude::*;

check! {
    /// # Check, then act
    ///
    /// An item is read, decided upon, and written back without a condition.
    ///
    /// ## Why it matters
    ///
    /// Two requests at the same time both read the old state, both decide that it is fine, and both write:
    /// an order is changed after it was paid, a balance is spent twice.
    ///
    /// ## What to do
    ///
    /// Write with a `ConditionExpression` that repeats what was checked (a version or a state), count with
    /// `ADD` instead of reading first, or use a transaction.
    ///
    /// ```python fires
    /// import json
    /// import boto3
    ///
    /// table = boto3.resource("dynamodb").Table("orders")
    ///
    /// def handler(event, context):
    ///     key = {"id": json.loads(event["body"])["id"]}
    ///     order = table.get_item(Key=key)["Item"]
    ///     if order["state"] == "open":
    ///         table.update_item(
    ///             Key=key,
    ///             UpdateExpression="SET items = :items",
    ///             ExpressionAttributeValues={":items": "x"},
    ///         )
    /// ```
    /// ```python quiet
    /// import json
    /// import boto3
    ///
    /// table = boto3.resource("dynamodb").Table("orders")
    ///
    /// def handler(event, context):
    ///     key = {"id": json.loads(event["body"])["id"]}
    ///     order = table.get_item(Key=key)["Item"]
    ///     if order["state"] == "open":
    ///         table.update_item(
    ///             Key=key,
    ///             UpdateExpression="SET items = :items",
    ///             ConditionExpression="state = :open",
    ///             ExpressionAttributeValues={":items": "x", ":open": "open"},
    ///         )
    /// ```
    /// ```javascript fires
    /// const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");
    /// const { DynamoDBDocumentClient, GetCommand, PutCommand } = require("@aws-sdk/lib-dynamodb");
    ///
    /// const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    ///
    /// exports.handler = async (event) => {
    ///   const { Item } = await client.send(new GetCommand({ TableName: "t", Key: { id: "1" } }));
    ///   if (Item.balance > 0) {
    ///     await client.send(new PutCommand({ TableName: "t", Item: { id: "1", balance: Item.balance - 1 } }));
    ///   }
    /// };
    /// ```
    /// ```javascript quiet
    /// const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");
    /// const { DynamoDBDocumentClient, PutCommand } = require("@aws-sdk/lib-dynamodb");
    ///
    /// const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    ///
    /// exports.handler = async (event) => {
    ///   await client.send(new PutCommand({ TableName: "t", Item: { id: "1", seen: true } }));
    /// };
    /// ```
    CHECK_THEN_ACT = "check-then-act" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        controls: &["CWE-367", "CWE-362", "CSA:SAS-9"],
        also_known_as: &[],
        run: check_then_act,
    }
}

fn check_then_act(app: &App, findings: &mut Findings) {
    let all: Vec<Seen<'_>> = calls(app).filter(|seen| seen.call.reached && is_of_table(seen.call)).collect();
    let mut told = Vec::new();
    for write in all.iter().filter(|seen| is_blind_write(seen)) {
        let read = all.iter().find(|read| {
            let is_read = operation(read.call) == "GetItem" && is_before(read.call, write.call);
            is_read && read.code.function == write.code.function && same_table(read.call, write.call)
        });
        // Further writes after the same read are the same mistake.
        if let Some(read) = read.filter(|read| !told.contains(&read.call.at)) {
            told.push(read.call.at);
            let message = "what was read may have changed before this is written";
            findings
                .push(write.finding(&CHECK_THEN_ACT, message).related(read.call.at, "the item is read here"));
        }
    }
}

fn is_of_table(call: &Call) -> bool {
    call.aws.as_ref().is_some_and(|aws| aws.service == "dynamodb")
}

fn operation(call: &Call) -> &str {
    call.aws.as_ref().map_or("", |aws| aws.operation.as_str())
}

/// A write that asks for nothing, and does more than count.
fn is_blind_write(seen: &Seen<'_>) -> bool {
    let is_write = matches!(operation(seen.call), "PutItem" | "UpdateItem");
    let has_condition = seen.may_have("ConditionExpression") || seen.may_have("Expected");
    let expression = seen.call.named("UpdateExpression").and_then(|argument| text(&argument.value));
    let counts = expression.is_some_and(|text| text.trim_start().to_ascii_uppercase().starts_with("ADD "));
    is_write && !has_condition && !counts
}

fn is_before(read: &Call, write: &Call) -> bool {
    read.at.file != write.at.file || read.at.start < write.at.start
}

/// Both name the same table, or neither says which and they are called alike.
fn same_table(one: &Call, two: &Call) -> bool {
    let table = |call: &Call| call.named("TableName").map(|argument| argument.value.clone());
    match (table(one), table(two)) {
        (Some(one), Some(two)) => {
            // An environment variable that is set elsewhere is still one and the same.
            let is_named = !matches!(&one, Data::Unknown(unknown) if unknown.text.is_empty());
            one == two && is_named
        }
        (None, None) => receiver(one) == receiver(two),
        _ => false,
    }
}

fn receiver(call: &Call) -> &str {
    call.api.rsplit_once('.').map_or("", |(receiver, _)| receiver)
}
