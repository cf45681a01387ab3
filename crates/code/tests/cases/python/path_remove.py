import os
import shutil


def handler(event, context):
    folder = os.path.join("/mnt/data", event["pathParameters"]["folder"])
    if os.path.isdir(folder):
        shutil.rmtree(folder)  # flow: path
    return {"statusCode": 204}
