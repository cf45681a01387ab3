import json
import subprocess


def start(program="date", **options):
    arguments = " ".join(f"--{name}={value}" for name, value in options.items())
    return subprocess.run(program + " " + arguments, shell=True, capture_output=True)  # flow: command


def handler(event, context):
    options = json.loads(event["body"])
    return {"statusCode": 200, "body": start("/opt/bin/report", **options).stdout.decode()}
