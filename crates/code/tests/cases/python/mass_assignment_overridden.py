import json

import boto3

table = boto3.resource("dynamodb").Table("orders")


def handler(event, context):
    order = {**json.loads(event["body"]), "state": "open"}
    table.put_item(Item=order)  # flow: mass-assignment
    return {"statusCode": 201}
