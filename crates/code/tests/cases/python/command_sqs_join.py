import json
import os


def build(arguments):
    parts = ["ffmpeg", "-i"]
    parts.extend(arguments)
    parts.append("/tmp/out.mp4")
    return " ".join(parts)


def handler(event, context):
    for record in event["Records"]:
        job = json.loads(record["body"])
        os.system(build([job["input"], "-vf", job["filter"]]))  # flow: command
