import sqlite3

from pydantic import BaseModel

db = sqlite3.connect("/opt/shop.db")


class Query(BaseModel):
    shop: int
    limit: int = 10


def handler(event, context):
    query = Query.model_validate_json(event["body"])
    rows = db.execute(f"SELECT * FROM products WHERE shop = {query.shop} LIMIT {query.limit}")
    return {"statusCode": 200, "body": str(rows.fetchall())}
