import json

from jinja2 import Template


def handler(event, context):
    body = json.loads(event["body"])
    text = Template("Hello " + body["name"] + ", welcome").render(shop="ours")  # flow: template
    return {"statusCode": 200, "body": text}
