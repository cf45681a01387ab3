from urllib.parse import unquote_plus

import boto3

s3 = boto3.resource("s3")


def handler(event, context):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        s3.Bucket(bucket).download_file(key, "/tmp/" + key)  # flow: path
