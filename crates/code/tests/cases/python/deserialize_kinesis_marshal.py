import base64
import marshal


def handler(event, context):
    total = 0
    for record in event["Records"]:
        payload = base64.b64decode(record["kinesis"]["data"])
        total += marshal.loads(payload)["amount"]  # flow: deserialize
    return total
