import json

import pymysql

db = pymysql.connect(host="db", user="app", database="shop")


def handler(event, context):
    body = json.loads(event["body"])
    query = "SELECT * FROM products WHERE category = %s ORDER BY {} LIMIT 20".format(body["sort"])
    with db.cursor() as cursor:
        cursor.execute(query, (body["category"],))  # flow: sql
        return {"statusCode": 200, "body": json.dumps(cursor.fetchall())}
