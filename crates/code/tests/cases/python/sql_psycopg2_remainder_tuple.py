import psycopg2


def handler(event, context):
    with psycopg2.connect("dbname=shop") as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT * FROM orders WHERE id = '%s'" % (event["orderId"],))  # flow: sql
        return cursor.fetchall()
