import pickle

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    record = event["Records"][0]["s3"]
    answer = s3.get_object(Bucket=record["bucket"]["name"], Key=record["object"]["key"])
    data = pickle.loads(answer["Body"].read())  # flow: deserialize
    return len(data)
