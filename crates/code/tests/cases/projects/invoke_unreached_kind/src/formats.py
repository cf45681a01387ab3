import datetime


def known(day):
    return datetime.date.fromisoformat(day).isoformat()
