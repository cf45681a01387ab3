import json
import sqlite3


def handler(event, context):
    cart = json.loads(event["body"])
    cursor = sqlite3.connect("/opt/inventory.db").cursor()
    total = 0
    for item in cart["items"]:
        code = int(item["id"])
        row = cursor.execute("SELECT price FROM inventory WHERE id = " + str(code)).fetchone()
        total += row[0]
    return {"statusCode": 200, "body": str(total)}
