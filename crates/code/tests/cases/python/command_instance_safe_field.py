import json
import os


class Job:
    def __init__(self, event):
        body = json.loads(event["body"])
        self.name = body["name"]
        self.size = int(body["size"])

    def start(self):
        os.system("/opt/bin/start --size %d" % self.size)
        return self.name


def handler(event, context):
    return {"statusCode": 200, "body": Job(event).start()}
