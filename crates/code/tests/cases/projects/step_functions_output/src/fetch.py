import os
import urllib.request


def handler(event, context):
    os.system("sleep %d" % event["count"])
    with urllib.request.urlopen(event["address"]) as answer:  # flow: request
        return len(answer.read())
