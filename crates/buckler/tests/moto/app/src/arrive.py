import json
import os

import boto3

sqs = boto3.client("sqs")


def handler(event, context):
    for record in event["Records"]:
        parcel = json.loads(record["body"])["id"]
        sqs.send_message(QueueUrl=os.environ["NOTICES"], MessageBody=f"{parcel} has arrived")
    return {"ok": True}
