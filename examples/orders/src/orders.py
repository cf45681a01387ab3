"""Handlers of the order service."""
import json
import os
import uuid

import boto3

orders = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])
queue = boto3.client("sqs")


def create(event, _context):
    order = {"id": str(uuid.uuid4()), **json.loads(event["body"])}
    orders.put_item(Item=order)
    queue.send_message(QueueUrl=os.environ["BILLS_QUEUE"], MessageBody=json.dumps(order))
    return {"statusCode": 201, "body": json.dumps(order)}


def bill(event, _context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        # The file's name comes from the customer, two functions away.
        os.system("/opt/bin/invoice --customer " + order["customer"] + " --out /tmp/" + order["id"] + ".pdf")


def webhook(_event, _context):
    return {"statusCode": 204}
