import json
from pathlib import Path

ROOT = Path("/mnt/efs/data")


def handler(event, context):
    body = json.loads(event["body"])
    target = ROOT / body["customer"] / "notes.txt"
    target.write_text(body["note"])  # flow: path
    return {"statusCode": 204}
