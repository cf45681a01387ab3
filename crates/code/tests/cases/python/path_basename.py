import os


def handler(event, context):
    name = os.path.basename(event["pathParameters"]["name"])
    with open("/opt/templates/" + name) as file:
        return {"statusCode": 200, "body": file.read()}
