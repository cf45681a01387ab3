import json

import boto3

dynamodb = boto3.client("dynamodb")


def handler(event, context):
    email = json.loads(event["body"])["email"]
    found = dynamodb.execute_statement(Statement=f"SELECT * FROM users WHERE email = '{email}'")  # flow: nosql
    return {"statusCode": 200, "body": json.dumps(found["Items"])}
