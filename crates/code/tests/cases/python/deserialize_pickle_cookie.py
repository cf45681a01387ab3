import base64
import pickle
from http.cookies import SimpleCookie


def handler(event, context):
    cookies = SimpleCookie(event["headers"].get("cookie", ""))
    session = pickle.loads(base64.b64decode(cookies["session"].value))  # flow: deserialize
    return {"statusCode": 200, "body": session["name"]}
