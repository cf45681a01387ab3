import json

import boto3
from session import claims_of

table = boto3.resource("dynamodb").Table("profiles")


def handler(event, context):
    user = claims_of(event["headers"]["authorization"])["sub"]
    if event["httpMethod"] == "PUT":
        note = json.loads(event["body"])["note"]
        table.update_item(Key={"id": user}, UpdateExpression="SET note = :n", ExpressionAttributeValues={":n": note})
    return {"statusCode": 200, "body": json.dumps(table.get_item(Key={"id": user})["Item"])}
