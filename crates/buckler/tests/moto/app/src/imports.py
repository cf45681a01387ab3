import csv
import io
import os

import boto3

s3 = boto3.client("s3")
dynamodb = boto3.resource("dynamodb")


def handler(event, context):
    body = s3.get_object(Bucket=os.environ["LABELS"], Key=event["key"])["Body"].read().decode()
    rows = list(csv.DictReader(io.StringIO(body)))
    with dynamodb.Table(os.environ["PARCELS"]).batch_writer() as batch:
        for row in rows:
            batch.put_item(Item=row)
    return {"rows": len(rows)}
