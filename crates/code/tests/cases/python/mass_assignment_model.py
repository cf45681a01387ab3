import json

from sqlalchemy.orm import Session
from models import User, engine


def handler(event, context):
    fields = json.loads(event["body"])
    with Session(engine) as session:
        session.add(User(**fields))  # flow: mass-assignment
        session.commit()
    return {"statusCode": 201, "body": ""}
