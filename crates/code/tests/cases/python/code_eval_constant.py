from boto3.dynamodb.conditions import Attr


def handler(event, context):
    first, last = event.get("from", 0), event.get("to", 0)
    text = "Attr('created').between(first, last)"
    text += " & Attr('owner').eq(event['owner'])" if "owner" in event else ""
    return str(eval(text))
