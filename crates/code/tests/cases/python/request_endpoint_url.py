import boto3


def handler(event, context):
    s3 = boto3.client("s3", endpoint_url=event["queryStringParameters"]["endpoint"])  # flow: request
    return {"statusCode": 200, "body": str(len(s3.list_buckets()["Buckets"]))}
