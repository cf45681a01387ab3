import base64
import os

from werkzeug.utils import secure_filename


def handler(event, context):
    name = secure_filename(event["headers"]["x-file-name"])
    with open(os.path.join("/tmp", name), "wb") as file:
        file.write(base64.b64decode(event["body"]))
    return {"statusCode": 201, "body": name}
