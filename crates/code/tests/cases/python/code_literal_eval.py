import ast


def handler(event, context):
    expression = event["queryStringParameters"]["expression"]
    return {"statusCode": 200, "body": str(ast.literal_eval(expression))}
