from jinja2 import Environment

environment = Environment()


def render(source, values):
    return environment.from_string(source).render(**values)  # flow: template


def handler(event, context):
    image = event["Records"][0]["dynamodb"]["NewImage"]
    return render(image["layout"]["S"], {"title": image["title"]["S"]})
