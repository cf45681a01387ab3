import base64
import io
import os
import zipfile


def handler(event, context):
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(event["body"])))
    for name in archive.namelist():
        with open(os.path.join("/tmp/site", name), "wb") as file:  # flow: path
            file.write(archive.read(name))
    return {"statusCode": 201}
