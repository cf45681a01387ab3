import json
import re

WORDS = re.compile(r"^(\w+\s?)*$")


def handler(event, context):
    title = json.loads(event["body"])["title"]
    if not WORDS.match(title):  # flow: regex
        return {"statusCode": 400, "body": ""}
    return {"statusCode": 200, "body": "{}"}
