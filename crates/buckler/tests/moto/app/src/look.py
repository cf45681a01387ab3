import os

import boto3

rekognition = boto3.client("rekognition")


def handler(event, context):
    """Rekognition opens the object with the rights of who asks."""
    image = {"S3Object": {"Bucket": os.environ["LABELS"], "Name": event["key"]}}
    return [label["Name"] for label in rekognition.detect_labels(Image=image)["Labels"]]
