import json

import pymysql

db = pymysql.connect(host="db", user="app", database="shop")
COLUMNS = ("name", "price", "created")


def handler(event, context):
    body = json.loads(event["body"])
    column = body["sort"] if body["sort"] in COLUMNS else "name"
    query = "SELECT * FROM products WHERE category = %s ORDER BY {} LIMIT 20".format(column)
    with db.cursor() as cursor:
        cursor.execute(query, (body["category"],))
        return {"statusCode": 200, "body": json.dumps(cursor.fetchall())}
