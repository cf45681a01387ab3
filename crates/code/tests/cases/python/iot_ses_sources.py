import os
import sqlite3


def mail(event):
    subject = event["Records"][0]["ses"]["mail"]["commonHeaders"]["subject"]
    sqlite3.connect("/tmp/mail.db").execute("INSERT INTO mails VALUES ('" + subject + "')")  # flow: sql


def handler(event, context):
    if "Records" in event:
        return mail(event)
    os.system("/opt/bin/set-temperature " + event["state"]["desired"]["temperature"])  # flow: command
