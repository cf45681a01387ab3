import json
import sqlite3


def handler(event, context):
    codes = json.loads(event["body"])["codes"]
    marks = ",".join("?" for _ in codes)
    cursor = sqlite3.connect("/opt/inventory.db").cursor()
    rows = cursor.execute(f"SELECT * FROM inventory WHERE id IN ({marks})", codes).fetchall()
    return {"statusCode": 200, "body": json.dumps(rows)}
