import json
import os

import boto3

scheduler = boto3.client("scheduler")


def handler(event, context):
    scheduler.create_schedule(
        Name=f"remind-{event['id']}",
        ScheduleExpression=f"at({event['at']})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": os.environ["NOTICES"], "RoleArn": os.environ["REMINDER_ROLE"], "Input": json.dumps(event)},
    )
    return {"ok": True}
