import sqlite3

db = sqlite3.connect("/mnt/efs/orders.db")


def add(customer, count):
    db.execute(f"INSERT INTO orders VALUES ('{customer}', {count})")  # flow: sql


def mark(customer):
    db.execute("UPDATE customers SET seen = 1 WHERE name = ?", (customer,))
