import subprocess
import uuid
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        local = f"/tmp/{uuid.uuid4()}.png"
        s3.download_file(record["s3"]["bucket"]["name"], key, local)
        small = local.replace(".png", "-small.png")
        subprocess.run(["convert", local, "-resize", "200x200", small], check=True)
        s3.upload_file(small, "thumbnails", "small/" + key)
