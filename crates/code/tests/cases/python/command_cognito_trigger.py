import os


def handler(event, context):
    attributes = event["request"]["userAttributes"]
    os.system("/opt/bin/welcome " + attributes["email"])  # flow: command
    return event
