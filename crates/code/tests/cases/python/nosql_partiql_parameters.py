import json

import boto3

dynamodb = boto3.client("dynamodb")


def handler(event, context):
    email = json.loads(event["body"])["email"]
    found = dynamodb.execute_statement(
        Statement="SELECT * FROM users WHERE email = ?", Parameters=[{"S": email}]
    )
    return {"statusCode": 200, "body": json.dumps(found["Items"])}
