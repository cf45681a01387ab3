import base64
import io

import numpy


def handler(event, context):
    data = io.BytesIO(base64.b64decode(event["body"]))
    matrix = numpy.load(data, allow_pickle=True)  # flow: deserialize
    return {"statusCode": 200, "body": str(matrix.shape)}
