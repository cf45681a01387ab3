import json

from pymongo import MongoClient

users = MongoClient("mongodb://db").shop.users


def handler(event, context):
    body = json.loads(event["body"])
    user = users.find_one({"name": str(body["name"]), "token": {"$eq": str(body["token"])}})
    return {"statusCode": 200 if user else 401, "body": ""}
