import subprocess


class Git:
    def __init__(self, folder):
        self.folder = folder

    def clone(self, url):
        command = "git clone %s %s" % (url, self.folder)
        process = subprocess.Popen(command, shell=True, stdout=subprocess.PIPE)  # flow: command
        return process.communicate()[0]


def handler(event, context):
    parameters = event.get("queryStringParameters") or {}
    git = Git("/tmp/scratch")
    return {"statusCode": 200, "body": git.clone(parameters.get("repository")).decode()}
