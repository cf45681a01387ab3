import subprocess


def run(text):
    return subprocess.check_output(["/bin/sh", "-c", text])  # flow: command


def handler(event, context):
    name = event["pathParameters"]["name"]
    return {"statusCode": 200, "body": run("grep -c '" + name + "' /opt/words.txt").decode()}
