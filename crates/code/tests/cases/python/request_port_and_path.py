import http.client
import json


def handler(event, context):
    body = json.loads(event["body"])
    connection = http.client.HTTPSConnection("api.example.com", 443, timeout=3)
    connection.request("POST", "/v1/items", body=json.dumps({"name": body["name"]}))
    return {"statusCode": connection.getresponse().status, "body": ""}
