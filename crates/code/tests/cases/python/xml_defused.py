import defusedxml.ElementTree as ElementTree


def handler(event, context):
    root = ElementTree.fromstring(event["body"])
    return {"statusCode": 200, "body": root.findtext("title")}
