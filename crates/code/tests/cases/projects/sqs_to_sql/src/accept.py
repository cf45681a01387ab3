import json
import os

import boto3

sqs = boto3.client("sqs")


def handler(event, context):
    order = json.loads(event["body"])
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps({"customer": order["customer"], "count": int(order["count"])}))
    return {"statusCode": 202}
