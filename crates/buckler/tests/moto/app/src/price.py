import os

import boto3


def handler(event, context):
    tariff = boto3.client("ssm").get_parameter(Name=os.environ["TARIFF"])["Parameter"]["Value"]
    boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["CARRIER_KEY"])
    return {"price": int(tariff) * event["weight"]}
