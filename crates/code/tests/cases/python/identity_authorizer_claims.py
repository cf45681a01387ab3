import json

import boto3

table = boto3.resource("dynamodb").Table("profiles")


def handler(event, context):
    user = event["requestContext"]["authorizer"]["claims"]["sub"]
    item = table.get_item(Key={"user": user})["Item"]
    return {"statusCode": 200, "body": json.dumps(item)}
