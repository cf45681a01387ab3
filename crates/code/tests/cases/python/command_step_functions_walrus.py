import os


def handler(event, context):
    if (branch := event.get("branch")) and not event.get("dry"):
        os.system(f"git -C /tmp/repo checkout {branch}")  # flow: command
    return {"branch": branch, "count": event["count"] + 1}
