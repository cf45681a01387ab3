import json

import urllib3

http = urllib3.PoolManager()


class Notifier:
    def __init__(self, hook):
        self.hook = hook

    def send(self, text):
        return http.request("POST", self.hook, body=text)  # flow: request


def handler(event, context):
    for record in event["Records"]:
        message = json.loads(record["Sns"]["Message"])
        Notifier(message["callback"]).send("done")
