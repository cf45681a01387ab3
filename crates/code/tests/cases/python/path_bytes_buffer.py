import base64
import io
import zipfile


def handler(event, context):
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(event["body"])))
    sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    return {"statusCode": 200, "body": str(len(sizes) + len(archive.read(archive.namelist()[0])))}
