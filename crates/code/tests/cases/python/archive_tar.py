import io
import tarfile

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    record = event["Records"][0]["s3"]
    data = s3.get_object(Bucket=record["bucket"]["name"], Key=record["object"]["key"])["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall("/tmp/site")  # flow: archive
