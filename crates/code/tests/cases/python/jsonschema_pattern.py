import json
import os

from jsonschema import validate

SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string", "pattern": "^[a-z]{1,20}$"}},
    "required": ["name"],
    "additionalProperties": False,
}


def handler(event, context):
    body = json.loads(event["body"])
    validate(instance=body, schema=SCHEMA)
    os.system("/opt/bin/build " + body["name"])
    return {"statusCode": 200, "body": ""}
