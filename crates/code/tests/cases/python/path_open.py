import os


def handler(event, context):
    name = event["pathParameters"]["name"]
    with open(os.path.join("/opt/templates", name)) as file:  # flow: path
        return {"statusCode": 200, "body": file.read()}
