import os

import boto3

ledger = boto3.client("rds-data")


def handler(event, context):
    """The Data API opens the secret with the rights of who asks."""
    ledger.execute_statement(
        resourceArn=os.environ["LEDGER"],
        secretArn=os.environ["LEDGER_KEY"],
        sql="insert into parcels values (:id)",
        parameters=[{"name": "id", "value": {"stringValue": event["id"]}}],
    )
    return {"ok": True}
