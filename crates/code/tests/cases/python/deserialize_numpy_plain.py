import base64
import io

import numpy


def handler(event, context):
    matrix = numpy.load(io.BytesIO(base64.b64decode(event["body"])), allow_pickle=False)
    return {"statusCode": 200, "body": str(matrix.shape)}
