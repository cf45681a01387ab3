import json
import os
import smtplib


def handler(event, context):
    body = json.loads(event["body"])
    text = f"To: help@example.com\nSubject: {body['subject']}\n\n{body['text']}"
    with smtplib.SMTP(os.environ["SMTP"]) as server:
        server.sendmail("shop@example.com", ["help@example.com"], text)  # flow: email
    return {"statusCode": 202}
