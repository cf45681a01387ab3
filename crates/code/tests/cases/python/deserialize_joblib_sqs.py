import json

import boto3
import joblib

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        place = json.loads(record["body"])["Records"][0]["s3"]
        s3.download_file(place["bucket"]["name"], place["object"]["key"], "/tmp/model.joblib")
        model = joblib.load("/tmp/model.joblib")  # flow: deserialize
        print(type(model).__name__)
