import chevron


def handler(event, context):
    name = event["queryStringParameters"]["name"]
    page = chevron.render("<p>Hello {{ name }}</p>", {"name": name})
    return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": page}
