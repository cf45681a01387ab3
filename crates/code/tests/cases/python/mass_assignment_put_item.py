import json

import boto3

table = boto3.resource("dynamodb").Table("users")


def handler(event, context):
    user = json.loads(event["body"])
    user["id"] = context.aws_request_id
    table.put_item(Item=user)  # flow: mass-assignment
    return {"statusCode": 201, "body": user["id"]}
