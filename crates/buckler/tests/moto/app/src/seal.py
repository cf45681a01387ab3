import os

import boto3

kms = boto3.client("kms")


def handler(event, context):
    sealed = kms.encrypt(KeyId=os.environ["SEAL"], Plaintext=event["text"].encode())["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=sealed, KeyId=os.environ["SEAL"])["Plaintext"]
    return {"same": opened.decode() == event["text"]}
