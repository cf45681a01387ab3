import contextlib
import json
import os


@contextlib.contextmanager
def working(name):
    os.system("mkdir -p /tmp/scratch/" + name)  # flow: command
    try:
        yield "/tmp/scratch"
    finally:
        os.system("rm -rf /tmp/scratch/current")


def handler(event, context):
    with working(json.loads(event["body"])["name"]) as folder:
        return {"statusCode": 200, "body": folder}
