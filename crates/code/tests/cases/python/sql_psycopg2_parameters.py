import os

import psycopg2

connection = psycopg2.connect(os.environ["DATABASE_URL"])


def find_user(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, email FROM users WHERE name = %s", (name,))
        return cursor.fetchone()


def handler(event, context):
    row = find_user(event["queryStringParameters"]["name"])
    return {"statusCode": 200, "body": str(row)}
