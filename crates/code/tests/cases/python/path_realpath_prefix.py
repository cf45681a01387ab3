import os

ROOT = "/opt/templates"


def handler(event, context):
    full = os.path.realpath(os.path.join(ROOT, event["pathParameters"]["name"]))
    if not full.startswith(ROOT + os.sep):
        return {"statusCode": 403, "body": ""}
    with open(full) as file:
        return {"statusCode": 200, "body": file.read()}
