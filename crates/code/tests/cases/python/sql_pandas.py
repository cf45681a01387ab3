import os

import pandas
from sqlalchemy import create_engine

engine = create_engine(os.environ["DATABASE_URL"])


def handler(event, context):
    region = event["arguments"]["region"]
    frame = pandas.read_sql_query("SELECT * FROM sales WHERE region = '{0}'".format(region), engine)  # flow: sql
    return frame.to_dict()
