import os

import psycopg2

connection = psycopg2.connect(os.environ["DATABASE_URL"])


def find_user(name):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, email FROM users WHERE name = '{name}'")  # flow: sql
        return cursor.fetchone()


def handler(event, context):
    row = find_user(event["queryStringParameters"]["name"])
    return {"statusCode": 200, "body": str(row)}
