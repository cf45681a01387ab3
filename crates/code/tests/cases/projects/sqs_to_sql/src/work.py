import json

from storage import orders


def handler(event, context):
    for record in event["Records"]:
        message = json.loads(record["body"])
        orders.add(message["customer"], message["count"])
        orders.mark(message["customer"])
