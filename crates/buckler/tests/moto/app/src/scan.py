import json
import os

import boto3

kinesis = boto3.client("kinesis")


def handler(event, context):
    data = json.dumps(event).encode()
    kinesis.put_record(StreamName=os.environ["SCANS"], Data=data, PartitionKey=event["id"])
    return {"ok": True}
