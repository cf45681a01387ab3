import os

import pymysql

db = pymysql.connect(host=os.environ.get("DB"), database="shop")


def rows(condition):
    with db.cursor() as cursor:
        cursor.execute("SELECT * FROM users WHERE " + condition)  # flow: sql
        return cursor.fetchall()


def rows_by_id(number):
    with db.cursor() as cursor:
        cursor.execute("SELECT * FROM users WHERE id = %s", (number,))
        return cursor.fetchall()
