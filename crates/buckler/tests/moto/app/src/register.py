import os

import boto3

parcels = boto3.resource("dynamodb").Table(os.environ["PARCELS"])
sns = boto3.client("sns")


def handler(event, context):
    parcels.put_item(Item={"id": event["id"], "owner": event["owner"]}, ConditionExpression="attribute_not_exists(id)")
    sns.publish(TopicArn=os.environ["ALERTS"], Message=f"registered {event['id']}")
    return {"ok": True}
