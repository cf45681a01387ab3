import json
import os

import boto3

states = boto3.client("stepfunctions")
functions = boto3.client("lambda")
events = boto3.client("events")


def handler(event, context):
    functions.invoke(
        FunctionName=os.environ["PRICE"], InvocationType="RequestResponse", Payload=json.dumps({"weight": 2})
    )
    states.start_execution(stateMachineArn=os.environ["DELIVERY"], input=json.dumps(event))
    events.put_events(
        Entries=[
            {"EventBusName": os.environ["BUS"], "Source": "parcels", "DetailType": "out", "Detail": json.dumps(event)}
        ]
    )
    return {"ok": True}
