import os
import pickle

import boto3

s3 = boto3.client("s3")
MODEL = None


def model():
    global MODEL
    if MODEL is None:
        s3.download_file(os.environ["MODEL_BUCKET"], "model.pkl", "/tmp/model.pkl")
        with open("/tmp/model.pkl", "rb") as file:
            MODEL = pickle.load(file)
    return MODEL


def handler(event, context):
    return {"statusCode": 200, "body": str(model().predict([[float(event["x"])]]))}
