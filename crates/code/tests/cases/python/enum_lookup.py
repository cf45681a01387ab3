import sqlite3
from enum import Enum


class Column(Enum):
    NAME = "name"
    PRICE = "price"


def handler(event, context):
    column = Column(event["queryStringParameters"]["sort"])
    rows = sqlite3.connect("/opt/shop.db").execute("SELECT * FROM products ORDER BY " + column.value)
    return {"statusCode": 200, "body": str(rows.fetchall())}
