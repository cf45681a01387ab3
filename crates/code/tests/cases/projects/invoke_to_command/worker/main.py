import os


def handler(event, context):
    os.system("/opt/bin/render --size %d --scene %s" % (event["size"], event["scene"]))  # flow: command
    return {"done": True}
