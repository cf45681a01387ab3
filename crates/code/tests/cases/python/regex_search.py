import re

WORDS = open("/opt/words.txt").read()


def handler(event, context):
    pattern = re.compile(event["queryStringParameters"]["pattern"])  # flow: regex
    return {"statusCode": 200, "body": str(pattern.findall(WORDS))}
