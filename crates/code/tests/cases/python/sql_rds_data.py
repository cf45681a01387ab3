import os

import boto3

rds = boto3.client("rds-data")


def query(statement, parameters=None):
    return rds.execute_statement(resourceArn=os.environ["CLUSTER"], secretArn=os.environ["SECRET"], sql=statement, parameters=parameters or [])  # flow: sql


def handler(event, context):
    owner = event["queryStringParameters"]["owner"]
    result = query("SELECT * FROM pets WHERE owner = '%s'" % owner)
    return {"statusCode": 200, "body": str(result["records"])}
