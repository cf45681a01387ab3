import os

import boto3
from boto3.dynamodb.conditions import Key

parcels = boto3.resource("dynamodb").Table(os.environ["PARCELS"])


def one(parcel):
    return parcels.get_item(Key={"id": parcel}).get("Item")


def all_of(owner):
    return parcels.query(IndexName="by-owner", KeyConditionExpression=Key("owner").eq(owner))["Items"]


def forget(parcel):
    """Nothing calls this."""
    parcels.delete_item(Key={"id": parcel})


def handler(event, context):
    if "id" in event:
        return one(event["id"])
    return all_of(event["owner"])
