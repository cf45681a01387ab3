import json

from pymongo import MongoClient

users = MongoClient("mongodb://db").shop.users


def handler(event, context):
    body = json.loads(event["body"])
    user = users.find_one({"name": body["name"], "password": body["password"]})  # flow: nosql
    return {"statusCode": 200 if user else 401, "body": ""}
