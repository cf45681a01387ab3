import os


def handler(event, context):
    keys = [record["s3"]["object"]["key"] for record in event["Records"]]
    list(map(lambda key: os.system("file /mnt/in/" + key), keys))  # flow: command
