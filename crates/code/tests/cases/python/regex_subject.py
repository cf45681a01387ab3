import re


def handler(event, context):
    text = event["queryStringParameters"]["text"]
    return {"statusCode": 200, "body": re.sub(r"[^a-z ]", "", text.lower())}
