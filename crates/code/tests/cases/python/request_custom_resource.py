import json

import urllib3

http = urllib3.PoolManager()


def handler(event, context):
    answer = json.dumps({
        "Status": "SUCCESS",
        "PhysicalResourceId": context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    })
    http.request("PUT", event["ResponseURL"], body=answer, headers={"content-type": ""})
