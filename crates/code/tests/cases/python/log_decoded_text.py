import base64


def handler(event, context):
    for record in event["Records"]:
        data = base64.b64decode(record["kinesis"]["data"])
        print("raw", data)
        print(data.decode("utf-8"))  # flow: log
