import json
import os
import uuid

import boto3

table = boto3.resource("dynamodb").Table(os.environ["JOBS"])


def handler(event, context):
    order = json.loads(event["body"])
    item = {"id": str(uuid.uuid4()), "scene": order["scene"], "size": int(order["size"]), "tool": "render"}
    table.put_item(Item=item)
    return {"statusCode": 202}
