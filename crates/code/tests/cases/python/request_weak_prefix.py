import urllib.request


def handler(event, context):
    url = event["queryStringParameters"]["url"]
    if not url.startswith("http"):
        return {"statusCode": 400, "body": "not a URL"}
    with urllib.request.urlopen(url) as answer:  # flow: request
        return {"statusCode": 200, "body": answer.read().decode()}
