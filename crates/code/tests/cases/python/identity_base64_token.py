import base64
import json

import boto3

table = boto3.resource("dynamodb").Table("profiles")


def claims(event):
    part = event["headers"]["authorization"].split(".")[1]
    return json.loads(base64.b64decode(part + "=="))  # flow: identity


def handler(event, context):
    user = claims(event)["username"]
    table.delete_item(Key={"user": user})
    return {"statusCode": 204}
