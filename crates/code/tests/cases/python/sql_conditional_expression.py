import sqlite3


def handler(event, context):
    query = event.get("queryStringParameters") or {}
    order = "DESC" if query.get("order") == "down" else "ASC"
    limit = min(int(query.get("limit", 10)), 100)
    sql = "SELECT * FROM products ORDER BY price " + order + " LIMIT " + str(limit)
    return {"statusCode": 200, "body": str(sqlite3.connect("/opt/shop.db").execute(sql).fetchall())}
