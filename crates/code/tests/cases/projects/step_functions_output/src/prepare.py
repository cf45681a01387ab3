def handler(event, context):
    return {"address": event["address"], "count": int(event["count"])}
