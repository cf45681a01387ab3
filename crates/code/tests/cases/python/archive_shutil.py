import base64
import shutil


def handler(event, context):
    with open("/tmp/upload.tar", "wb") as file:
        file.write(base64.b64decode(event["body"]))
    shutil.unpack_archive("/tmp/upload.tar", "/tmp/site", "tar")  # flow: archive
    return {"statusCode": 201}
