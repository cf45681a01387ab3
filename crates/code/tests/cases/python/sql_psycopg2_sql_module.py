import os

import psycopg2
from psycopg2 import sql

connection = psycopg2.connect(os.environ["DATABASE_URL"])


def handler(event, context):
    query = event["queryStringParameters"]
    statement = sql.SQL("SELECT * FROM notes ORDER BY {}").format(sql.Identifier(query["sort"]))
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {"statusCode": 200, "body": str(cursor.fetchall())}
