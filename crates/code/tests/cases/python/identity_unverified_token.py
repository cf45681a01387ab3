import json

import boto3
import jwt

table = boto3.resource("dynamodb").Table("profiles")


def handler(event, context):
    token = event["headers"]["Authorization"].split(" ")[1]
    claims = jwt.decode(token, options={"verify_signature": False})  # flow: identity
    item = table.get_item(Key={"user": claims["sub"]})["Item"]
    return {"statusCode": 200, "body": json.dumps(item)}
