import base64

from lxml import etree


def handler(event, context):
    document = base64.b64decode(event["body"])
    root = etree.fromstring(document, etree.XMLParser(resolve_entities=True, no_network=False))  # flow: xml
    return {"statusCode": 200, "body": root.findtext("title")}
