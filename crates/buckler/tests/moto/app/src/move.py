import os

import boto3

dynamodb = boto3.client("dynamodb")


def handler(event, context):
    parcel = {"id": {"S": event["id"]}}
    depot = {"id": {"S": event["depot"]}}
    dynamodb.transact_write_items(
        TransactItems=[
            {
                "Update": {
                    "TableName": os.environ["PARCELS"],
                    "Key": parcel,
                    "UpdateExpression": "SET depot = :depot",
                    "ExpressionAttributeValues": {":depot": depot["id"]},
                }
            },
            {"Put": {"TableName": os.environ["DEPOTS"], "Item": {**depot, "last": {"S": event["id"]}}}},
        ]
    )
    return {"ok": True}
