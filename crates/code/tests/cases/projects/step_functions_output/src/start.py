import os

import boto3


def handler(event, context):
    boto3.client("stepfunctions").start_execution(stateMachineArn=os.environ["MACHINE"], input=event["body"])
    return {"statusCode": 202, "body": ""}
