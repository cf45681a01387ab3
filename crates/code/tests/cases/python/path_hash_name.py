import hashlib
import os


def handler(event, context):
    name = hashlib.sha256(event["pathParameters"]["name"].encode()).hexdigest()
    path = os.path.join("/tmp", name + ".json")
    if os.path.exists(path):
        with open(path) as file:
            return {"statusCode": 200, "body": file.read()}
    return {"statusCode": 404, "body": ""}
