import subprocess


def make_runner(program):
    def run(argument):
        return subprocess.getoutput(program + " " + argument)  # flow: command

    return run


nslookup = make_runner("nslookup")


def handler(event, context):
    return {"statusCode": 200, "body": nslookup(event["queryStringParameters"]["host"])}
