import json
import os


def handler(event, context):
    body = json.loads(event["body"])
    job = {"name": "nightly", "owner": body["owner"], "steps": [1, 2]}
    os.system("/opt/bin/work --name " + job["name"])
    for step in job["steps"]:
        os.system(f"/opt/bin/step {step}")
    return {"statusCode": 200, "body": job["owner"]}
