def handler(event, context):
    name = event["queryStringParameters"]["name"]
    page = f"<html><body><h1>Hello {name}</h1></body></html>"
    return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": page}  # flow: html
