import json


def handler(event, context):
    print(json.dumps({"level": "info", "agent": event["headers"]["User-Agent"]}))
    print("length", len(event["body"]))
    return {"statusCode": 200, "body": ""}
