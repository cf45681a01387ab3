import os


def handler(event, context):
    name = event["requestContext"]["requestId"]
    path = os.path.join("/tmp", name + "-" + context.aws_request_id + ".json")
    with open(path, "w") as file:
        file.write(event["body"])
    os.remove(path)
    return {"statusCode": 200, "body": ""}
