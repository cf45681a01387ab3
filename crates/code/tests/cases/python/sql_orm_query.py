from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from models import Note

engine = create_engine("postgresql://db/notes")


def handler(event, context):
    tag = event["pathParameters"]["tag"]
    with Session(engine) as session:
        notes = session.scalars(select(Note).where(Note.tag == tag).limit(20)).all()
        more = session.query(Note).filter_by(owner=tag).filter(Note.title.like("%" + tag + "%")).all()
    return {"statusCode": 200, "body": str(len(notes) + len(more))}
