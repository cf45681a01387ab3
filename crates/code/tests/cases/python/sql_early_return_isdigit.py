import sqlite3


def handler(event, context):
    number = event["pathParameters"]["id"]
    if not number.isdigit():
        return {"statusCode": 400, "body": "not a number"}
    rows = sqlite3.connect("/opt/shop.db").execute("SELECT * FROM products WHERE id = " + number)
    return {"statusCode": 200, "body": str(rows.fetchall())}
