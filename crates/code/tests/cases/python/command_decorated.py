import functools
import json
import os


def parsed(function):
    @functools.wraps(function)
    def wrapper(event, context):
        return function(json.loads(event["body"]), context)

    return wrapper


@parsed
def handler(body, context):
    os.system("wall " + body["message"])  # flow: command
    return {"statusCode": 200, "body": ""}
