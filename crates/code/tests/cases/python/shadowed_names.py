import os


def eval(text):
    return text.upper()


class Runner:
    def system(self, text):
        return "would run " + text


def handler(event, context):
    text = event["queryStringParameters"]["text"]
    runner = Runner()
    return {"statusCode": 200, "body": eval(text) + runner.system(text) + os.sep}
