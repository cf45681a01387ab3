import sqlite3

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

app = APIGatewayHttpResolver()
db = sqlite3.connect("/opt/shop.db")


@app.get("/products/<number>")
def product(number: str):
    return {"products": db.execute("SELECT * FROM products WHERE id = ?", [number]).fetchall()}


@app.post("/search")
def search():
    data: dict = app.current_event.json_body
    limit = int(app.current_event.get_query_string_value("limit", "10"))
    return db.execute(f"SELECT * FROM products WHERE name = ? LIMIT {limit}", (data["name"],)).fetchall()


def handler(event, context):
    return app.resolve(event, context)
