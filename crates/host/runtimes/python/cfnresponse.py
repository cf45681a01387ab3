"""Answers of custom resources, as code in a template imports it: `cfnresponse.send(event, context, cfnresponse.SUCCESS, {})`."""
import json
import urllib.request

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False, reason=None):
    answer = {
        "Status": responseStatus,
        "Reason": reason or "See the details in CloudWatch Log Stream: " + context.log_stream_name,
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    request = urllib.request.Request(
        event["ResponseURL"], data=json.dumps(answer).encode(), headers={"content-type": ""}, method="PUT"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            print("Status code:", reply.status)
    except OSError as why:
        print("send(..) failed executing http.request(..):", why)
