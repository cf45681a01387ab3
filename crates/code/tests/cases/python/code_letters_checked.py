import math


def calculate(expression):
    allowed = set("0123456789+-*/.() ")
    if not all(letter in allowed for letter in expression):
        return "not an expression"
    return str(eval(expression, {"__builtins__": {}}, {"math": math}))


def handler(event, context):
    return {"statusCode": 200, "body": calculate(event["queryStringParameters"]["expression"])}
