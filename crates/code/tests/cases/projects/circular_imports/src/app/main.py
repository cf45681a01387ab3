import json

from . import runner
from .names import DEFAULT


def clean(name):
    return name.strip()


def handler(event, context):
    body = json.loads(event["body"])
    runner.start(body.get("name", DEFAULT))
    runner.start_known(body.get("kind", DEFAULT))
    return {"statusCode": 200, "body": ""}
