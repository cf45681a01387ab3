import shelve
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    place = event["Records"][0]["s3"]
    s3.download_file(place["bucket"]["name"], unquote_plus(place["object"]["key"]), "/tmp/upload.db")
    with shelve.open("/tmp/counters") as counters:
        counters["seen"] = counters.get("seen", 0) + 1
        return counters["seen"]
