import json
import os
import shlex


def handler(event, context):
    body = json.loads(event["body"])
    host = shlex.quote(body["host"])
    os.system("ping -c 1 -- " + host)
    return {"statusCode": 200, "body": "ok"}
