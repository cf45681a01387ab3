import json
import os


def handler(event, context):
    body = json.loads(event["body"])
    host = body["host"]
    os.system("ping -c 1 " + host)  # flow: command
    return {"statusCode": 200, "body": "ok"}
