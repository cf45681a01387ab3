import json
from pathlib import Path

ROOT = Path("/mnt/efs/data").resolve()


def handler(event, context):
    body = json.loads(event["body"])
    target = (ROOT / body["customer"]).resolve()
    if not target.is_relative_to(ROOT):
        raise ValueError("outside")
    target.write_text(body["note"])
    return {"statusCode": 204}
