import os


def handler(event, context):
    lines = int(event["queryStringParameters"]["lines"])
    with os.popen("tail -n %d /var/log/app.log" % lines) as stream:
        return {"statusCode": 200, "body": stream.read()}
