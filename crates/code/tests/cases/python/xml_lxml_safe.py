import base64

from lxml import etree

PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def handler(event, context):
    root = etree.fromstring(base64.b64decode(event["body"]), PARSER)
    return {"statusCode": 200, "body": root.findtext("title")}
