import json
import os


class Job:
    def __init__(self, event):
        body = json.loads(event["body"])
        self.name = body["name"]
        self.size = int(body["size"])

    def start(self):
        os.system("/opt/bin/start --size %d --name %s" % (self.size, self.name))  # flow: command


def handler(event, context):
    Job(event).start()
    return {"statusCode": 200, "body": ""}
