import json

import boto3

ses = boto3.client("ses")


def handler(event, context):
    body = json.loads(event["body"])
    message = "From: shop@example.com\r\nTo: help@example.com\r\nSubject: " + body["subject"] + "\r\n\r\nhello"
    ses.send_raw_email(RawMessage={"Data": message})  # flow: email
    return {"statusCode": 200, "body": ""}
