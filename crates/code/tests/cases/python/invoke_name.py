import json

import boto3

functions = boto3.client("lambda")


def handler(event, context):
    body = json.loads(event["body"])
    answer = functions.invoke(FunctionName=body["function"], Payload=json.dumps(body["payload"]))  # flow: invoke
    return {"statusCode": 200, "body": answer["Payload"].read().decode()}
