import os
import subprocess

import boto3

table = boto3.resource("dynamodb").Table(os.environ["JOBS"])


def handler(event, context):
    for job in table.scan()["Items"]:
        subprocess.run("/opt/bin/" + job["tool"] + " --list", shell=True)
        subprocess.run(f"/opt/bin/render --size {job['size']}", shell=True)
        subprocess.run(["/opt/bin/render", job["scene"]])
        subprocess.run("/opt/bin/render --scene " + job["scene"], shell=True)  # flow: command
