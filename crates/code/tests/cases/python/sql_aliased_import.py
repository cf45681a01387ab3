from sqlite3 import connect as open_database

run = open_database("/opt/shop.db").execute


def handler(event, context):
    where = " AND ".join(f"{name} = '{value}'" for name, value in event["queryStringParameters"].items())
    return {"statusCode": 200, "body": str(run("SELECT * FROM products WHERE " + where).fetchall())}  # flow: sql
