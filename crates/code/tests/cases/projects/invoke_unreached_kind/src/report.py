import sqlite3

from formats import known


def handler(event, context):
    day = known(event["day"])
    rows = sqlite3.connect("/opt/log.db").execute("SELECT count(*) FROM log WHERE day = '" + day + "'")
    return rows.fetchone()[0]
