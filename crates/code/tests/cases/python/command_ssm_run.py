import boto3

ssm = boto3.client("ssm")


def handler(event, context):
    folder = event["detail"]["folder"]
    ssm.send_command(InstanceIds=["i-0123456789abcdef0"], DocumentName="AWS-RunShellScript", Parameters={"commands": [f"rm -rf /srv/{folder}"]})  # flow: command
