import json
import os

STATE = {}


def load(event):
    STATE.update(json.loads(event["body"]))


def work():
    os.system("/opt/bin/work " + STATE["job"])  # flow: command


def handler(event, context):
    load(event)
    work()
    return {"statusCode": 200, "body": ""}
