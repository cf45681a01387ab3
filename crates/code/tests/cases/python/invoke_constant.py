import json
import os

import boto3

functions = boto3.client("lambda")


def handler(event, context):
    body = json.loads(event["body"])
    name = os.environ["WORKER"] if body["kind"] == "slow" else "quick-worker"
    functions.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(body))
    return {"statusCode": 202, "body": ""}
