import json

import boto3

database = boto3.client("dynamodb")


def handler(event, context):
    body = json.loads(event["body"])
    found = database.scan(TableName=body["table"])  # flow: nosql
    return {"statusCode": 200, "body": json.dumps(found["Count"])}
