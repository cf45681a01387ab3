import json


class Shop:
    def open(self):
        return "open"

    def close(self):
        return "closed"


ALLOWED = frozenset({"open", "close"})


def handler(event, context):
    action = json.loads(event["body"])["action"]
    if action not in ALLOWED:
        raise ValueError("unknown action")
    return {"statusCode": 200, "body": getattr(Shop(), action)()}
