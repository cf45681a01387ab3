import importlib
import json


def handler(event, context):
    for record in event["Records"]:
        job = json.loads(record["Sns"]["Message"])
        plugin = importlib.import_module(job["plugin"])  # flow: code
        plugin.run(job)
