import json

import requests


def handler(event, context):
    url = json.loads(event["body"])["url"]
    answer = requests.get(url, timeout=5)  # flow: request
    return {"statusCode": 200, "body": answer.text}
