import json
import shlex
import subprocess


def handler(event, context):
    for record in event["Records"]:
        job = json.loads(record["body"])
        command = "ffmpeg " + " ".join(shlex.quote(part) for part in ["-i", job["input"], "/tmp/out.mp4"])
        subprocess.run(command, shell=True, check=True)
