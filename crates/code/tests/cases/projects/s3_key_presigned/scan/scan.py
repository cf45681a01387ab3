import os
from urllib.parse import unquote_plus

from safety import is_safe


def handler(event, context):
    name = unquote_plus(event["Records"][0]["s3"]["object"]["key"])
    if not is_safe(name):
        return {"status": "refused"}
    os.system("clamscan /mnt/in/{}".format(name))  # flow: command
    return {"status": "ok"}
