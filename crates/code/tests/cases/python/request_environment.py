import json
import os

import urllib3

http = urllib3.PoolManager()


def handler(event, context):
    for record in event["Records"]:
        message = {"text": record["Sns"]["Message"]}
        http.request("POST", os.environ["HOOK_URL"], body=json.dumps(message))
