import tempfile
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        with tempfile.NamedTemporaryFile() as file:
            s3.download_fileobj(record["s3"]["bucket"]["name"], key, file)
            s3.upload_file(file.name, "archive", "copies/" + key)
