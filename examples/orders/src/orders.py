"""Handlers of the order service."""
import json
import os
import uuid

import boto3

orders = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def create(event, _context):
    order = {"id": str(uuid.uuid4()), **json.loads(event["body"])}
    orders.put_item(Item=order)
    return {"statusCode": 201, "body": json.dumps(order)}


def bill(event, _context):
    for record in event["Records"]:
        print("billing", record["body"])


def webhook(_event, _context):
    return {"statusCode": 204}
