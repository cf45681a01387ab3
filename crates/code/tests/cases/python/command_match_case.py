import json
import os


def handler(event, context):
    body = json.loads(event["body"])
    match body:
        case {"action": "ping", "host": host}:
            os.system("ping -c1 " + host)  # flow: command
        case {"action": "date"}:
            os.system("date")
        case _:
            return {"statusCode": 400, "body": ""}
    return {"statusCode": 200, "body": ""}
