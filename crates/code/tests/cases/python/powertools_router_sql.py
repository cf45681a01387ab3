import sqlite3

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

app = APIGatewayRestResolver()
db = sqlite3.connect("/opt/shop.db")


@app.get("/products/<name>")
def product(name: str):
    rows = db.execute("SELECT * FROM products WHERE name = '" + name + "'").fetchall()  # flow: sql
    return {"products": rows}


@app.post("/search")
def search():
    data = app.current_event.json_body
    return {"products": db.execute(f"SELECT * FROM products WHERE {data['where']}").fetchall()}  # flow: sql


def handler(event, context):
    return app.resolve(event, context)
