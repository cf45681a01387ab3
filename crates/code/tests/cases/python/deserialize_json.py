import base64
import json
from http.cookies import SimpleCookie


def handler(event, context):
    cookies = SimpleCookie(event["headers"].get("cookie", ""))
    session = json.loads(base64.b64decode(cookies["session"].value))
    return {"statusCode": 200, "body": session["name"]}
