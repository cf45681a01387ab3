import re
import subprocess

NAME = re.compile(r"^[a-z0-9-]{1,63}$")


def handler(event, context):
    bucket = event["queryStringParameters"]["bucket"]
    if not NAME.fullmatch(bucket):
        return {"statusCode": 400, "body": "bad name"}
    listing = subprocess.check_output("aws s3 ls s3://" + bucket, shell=True)
    return {"statusCode": 200, "body": listing.decode()}
