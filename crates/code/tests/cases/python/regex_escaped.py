import re

WORDS = open("/opt/words.txt").read()


def handler(event, context):
    pattern = re.compile(re.escape(event["queryStringParameters"]["prefix"]) + r"\w*")
    return {"statusCode": 200, "body": str(pattern.findall(WORDS))}
