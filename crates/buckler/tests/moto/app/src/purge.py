import os

import boto3

bucket = boto3.resource("s3").Bucket(os.environ["ARCHIVE"])


def handler(event, context):
    bucket.objects.filter(Prefix="old/").delete()
    return {"ok": True}
