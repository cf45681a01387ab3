import os
import uuid


def handler(event, context):
    number = str(uuid.UUID(event["pathParameters"]["id"]))
    path = os.path.join("/mnt/files", number)
    with open(path) as file:
        return {"statusCode": 200, "body": file.read()}
