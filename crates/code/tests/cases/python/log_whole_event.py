import base64
import logging
from urllib.parse import unquote_plus

logging.getLogger().setLevel(logging.INFO)


def handler(event, context):
    print(event)
    logging.info(event)
    print("Event: {}".format(event))
    print(f"request {event['headers']}")
    for record in event["Records"]:
        print("record", record)
        print(base64.b64decode(record["kinesis"]["data"]))
    print("names", [unquote_plus(record["eventID"]) for record in event["Records"]], len(event["Records"]))
