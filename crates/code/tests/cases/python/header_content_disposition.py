import base64
import urllib.parse


def handler(event, context):
    name = urllib.parse.quote(event["queryStringParameters"]["name"], safe="")
    data = base64.b64encode(b"hello").decode()
    return {"statusCode": 200, "isBase64Encoded": True, "headers": {"Content-Disposition": "attachment; filename*=UTF-8''" + name}, "body": data}
