from sqlalchemy import create_engine, text

engine = create_engine("postgresql://db/shop")


def handler(event, context):
    city = event["pathParameters"]["city"]
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM shops WHERE city = :city"), {"city": city})
        return {"statusCode": 200, "body": str([dict(row) for row in rows])}
