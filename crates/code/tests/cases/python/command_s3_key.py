import subprocess
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def convert(source, target):
    subprocess.check_call(f"convert {source} -resize 200x200 {target}", shell=True)  # flow: command


def handler(event, context):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        local = "/tmp/source"
        s3.download_file(bucket, key, local)
        convert(local, "/tmp/" + key.split("/")[-1])
