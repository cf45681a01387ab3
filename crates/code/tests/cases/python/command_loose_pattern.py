import re
import subprocess


def handler(event, context):
    bucket = event["queryStringParameters"]["bucket"]
    if not re.match(r"[a-z0-9-]+", bucket):
        return {"statusCode": 400, "body": "bad name"}
    listing = subprocess.check_output("aws s3 ls s3://" + bucket, shell=True)  # flow: command
    return {"statusCode": 200, "body": listing.decode()}
