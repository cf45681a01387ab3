def handler(event, context):
    target = event["queryStringParameters"].get("next", "/")
    return {"statusCode": 302, "headers": {"Location": target}, "body": ""}  # flow: redirect
