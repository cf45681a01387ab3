import json
import os


def handler(event, context):
    try:
        body = json.loads(event["body"])
        program = body["program"]
    except (KeyError, ValueError):
        program = "date"
    finally:
        print("parsed")
    os.system(program)  # flow: command
    return {"statusCode": 200, "body": ""}
