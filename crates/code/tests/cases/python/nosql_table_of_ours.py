import json
import os

import boto3

TABLES = {"shops": os.environ["SHOPS"], "goods": os.environ["GOODS"]}
database = boto3.client("dynamodb")


def handler(event, context):
    kind = json.loads(event["body"])["kind"]
    if kind not in TABLES:
        return {"statusCode": 400, "body": "no such kind"}
    found = database.scan(TableName=TABLES[kind])
    return {"statusCode": 200, "body": json.dumps(found["Count"])}
