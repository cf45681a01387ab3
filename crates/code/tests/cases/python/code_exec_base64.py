import base64
import json


def decode(event):
    body = event["body"]
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode("utf-8")
    return json.loads(body)


def handler(event, context):
    rule = decode(event)["rule"]
    scope = {}
    exec("def rule(x):\n    return " + rule, scope)  # flow: code
    return {"statusCode": 200, "body": str(scope["rule"](3))}
