import json
import sqlite3


def handler(event, context):
    cart = json.loads(event["body"])
    connection = sqlite3.connect("/opt/inventory.db")
    cursor = connection.cursor()
    total = 0
    for item in cart["items"]:
        code = item["id"]
        row = cursor.execute("SELECT price FROM inventory WHERE id = " + code + ";").fetchone()  # flow: sql
        total += row[0] * int(item["quantity"])
    return {"statusCode": 200, "body": str(total)}
