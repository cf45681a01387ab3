import json


def handler(event, context):
    theme = json.loads(event["body"])["theme"]
    return {"statusCode": 200, "headers": {"Set-Cookie": "theme=" + theme + "; Path=/"}, "body": "{}"}  # flow: header
