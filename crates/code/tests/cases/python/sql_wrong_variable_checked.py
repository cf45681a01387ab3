import sqlite3


def handler(event, context):
    number = event["pathParameters"]["id"]
    shop = event["queryStringParameters"]["shop"]
    if not number.isdigit():
        return {"statusCode": 400, "body": "not a number"}
    rows = sqlite3.connect("/opt/shop.db").execute(f"SELECT * FROM products WHERE id = {number} AND shop = '{shop}'")  # flow: sql
    return {"statusCode": 200, "body": str(rows.fetchall())}
