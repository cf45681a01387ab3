import os

ROOT = "/mnt/data"


def inside(name):
    full = os.path.abspath(os.path.join(ROOT, name))
    if os.path.commonpath([ROOT, full]) != ROOT:
        raise PermissionError(name)
    return full


def handler(event, context):
    with open(inside(event["pathParameters"]["name"])) as file:
        return {"statusCode": 200, "body": file.read()}
