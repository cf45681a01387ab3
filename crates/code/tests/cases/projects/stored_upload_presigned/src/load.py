import os
import pickle

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    known = pickle.loads(s3.get_object(Bucket=os.environ["OWN"], Key="model.pickle")["Body"].read())
    new = s3.get_object(Bucket=os.environ["BUCKET"], Key="model.pickle")["Body"].read()
    return known == pickle.loads(new)  # flow: deserialize
