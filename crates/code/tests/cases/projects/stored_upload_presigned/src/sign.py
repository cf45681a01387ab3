import json
import os

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    post = s3.generate_presigned_post(os.environ["BUCKET"], "model.pickle", ExpiresIn=60)
    return {"statusCode": 200, "body": json.dumps(post)}
