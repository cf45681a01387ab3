import json

import boto3


def handler(event, context):
    place = event["requestContext"]
    api = boto3.client(
        "apigatewaymanagementapi", endpoint_url="https://" + place["domainName"] + "/" + place["stage"]
    )
    text = json.loads(event["body"])["text"]
    api.post_to_connection(ConnectionId=place["connectionId"], Data=json.dumps({"echo": text}))
    return {"statusCode": 200}
