import json

from jinja2 import Environment, select_autoescape

environment = Environment(autoescape=select_autoescape(default=True, default_for_string=True))
GREETING = environment.from_string("<p>Hello {{ name }}, welcome</p>")


def handler(event, context):
    body = json.loads(event["body"])
    page = GREETING.render(name=body["name"])
    return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": page}
