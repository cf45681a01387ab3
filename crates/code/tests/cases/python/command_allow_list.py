import json
import os

COMMANDS = {"disk": "df -h", "memory": "free -m", "uptime": "uptime"}


def handler(event, context):
    wanted = json.loads(event["body"]).get("report", "")
    if wanted not in COMMANDS:
        return {"statusCode": 400, "body": "unknown report"}
    os.system(COMMANDS[wanted])
    return {"statusCode": 200, "body": wanted}
