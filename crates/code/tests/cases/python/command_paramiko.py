import json
import os

import paramiko


def handler(event, context):
    unit = json.loads(event["body"])["unit"]
    client = paramiko.SSHClient()
    client.load_system_host_keys()
    client.connect(os.environ["HOST"])
    client.exec_command("systemctl restart " + unit)  # flow: command
    return {"statusCode": 202}
