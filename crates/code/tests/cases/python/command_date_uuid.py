import datetime
import os
import uuid


def handler(event, context):
    stamp = datetime.datetime.utcnow().strftime("%Y-%m-%d %H:%M")
    path = "/tmp/" + str(uuid.uuid4()) + ".txt"
    os.system('echo "Report of ' + stamp + '" > ' + path)
    os.system(f"gzip {path}")
    return {"file": path + ".gz", "for": event["user"]}
