import json


def handler(event, context):
    theme = json.loads(event["body"])["theme"]
    if theme not in ("dark", "light"):
        theme = "light"
    return {"statusCode": 200, "headers": {"Set-Cookie": f"theme={theme}; Path=/"}, "body": "{}"}
