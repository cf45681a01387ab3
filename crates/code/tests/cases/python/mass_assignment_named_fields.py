import json

import boto3

table = boto3.resource("dynamodb").Table("users")


def handler(event, context):
    user = json.loads(event["body"])
    table.put_item(Item={"id": context.aws_request_id, "name": user["name"], "mail": user["mail"]})
    return {"statusCode": 201, "body": ""}
