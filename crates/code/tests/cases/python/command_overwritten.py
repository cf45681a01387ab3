import os


def handler(event, context):
    name = event["queryStringParameters"]["name"]
    length = len(name)
    name = "report"
    os.system("ls -l /opt/" + name)
    return {"statusCode": 200, "body": str(length)}
