def handler(event, context):
    expression = event["queryStringParameters"]["expression"]
    return {"statusCode": 200, "body": str(eval(expression))}  # flow: code
