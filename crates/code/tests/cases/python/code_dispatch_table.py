import json


def create(item):
    return {"created": item}


def remove(item):
    return {"removed": item}


ACTIONS = {"create": create, "remove": remove}


def handler(event, context):
    body = json.loads(event["body"])
    action = ACTIONS.get(body["action"])
    if action is None:
        return {"statusCode": 404, "body": ""}
    return {"statusCode": 200, "body": json.dumps(action(body["item"]))}
