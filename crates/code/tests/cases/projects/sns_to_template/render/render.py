import json

from jinja2 import Environment

environment = Environment(autoescape=True)
LAYOUT = environment.from_string("<h1>{{ title }}</h1>")


def handler(event, context):
    for record in event["Records"]:
        news = json.loads(record["Sns"]["Message"])
        print(len(LAYOUT.render(title=news["title"])))
        print(len(environment.from_string(news["text"]).render()))  # flow: template
