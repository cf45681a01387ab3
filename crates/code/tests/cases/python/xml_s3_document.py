import boto3
from lxml import etree

s3 = boto3.resource("s3")


def handler(event, context):
    titles = []
    for record in event["Records"]:
        document = s3.Object(record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]).get()["Body"]
        parser = etree.XMLParser(load_dtd=True, no_network=False)
        titles.append(etree.parse(document, parser).findtext("title"))  # flow: xml
    return titles
