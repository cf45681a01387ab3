from urllib.parse import quote

import requests

BASE = "https://api.example.com/v1"


def handler(event, context):
    user = event["pathParameters"]["user"]
    answer = requests.get(f"{BASE}/users/{quote(user, safe='')}", params={"q": event["queryStringParameters"]["q"]}, timeout=3)
    return {"statusCode": answer.status_code, "body": answer.text}
