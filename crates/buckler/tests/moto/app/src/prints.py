import os

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    key = f"{event['id']}.txt"
    s3.put_object(Bucket=os.environ["LABELS"], Key=key, Body=event["text"].encode(), ACL="bucket-owner-full-control")
    s3.copy_object(
        Bucket=os.environ["ARCHIVE"], Key=key, CopySource={"Bucket": os.environ["LABELS"], "Key": key}
    )
    return {"key": key}
