import os


def handler(event, context):
    name = event["queryStringParameters"]["name"]
    return {"statusCode": 200, "body": "disabled"}
    os.system("ls -l " + name)
