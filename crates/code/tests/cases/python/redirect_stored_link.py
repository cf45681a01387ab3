import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["LINKS"])


def handler(event, context):
    found = table.get_item(Key={"id": event["pathParameters"]["id"]})
    if "Item" not in found:
        return {"statusCode": 404, "body": ""}
    return {"statusCode": 301, "headers": {"Location": found["Item"]["url"]}}
