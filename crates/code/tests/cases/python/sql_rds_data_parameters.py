import os

import boto3

rds = boto3.client("rds-data")


def query(statement, parameters):
    return rds.execute_statement(
        resourceArn=os.environ["CLUSTER"],
        secretArn=os.environ["SECRET"],
        sql=statement,
        parameters=parameters,
    )


def handler(event, context):
    owner = event["queryStringParameters"]["owner"]
    result = query(
        "SELECT * FROM pets WHERE owner = :owner",
        [{"name": "owner", "value": {"stringValue": owner}}],
    )
    return {"statusCode": 200, "body": str(result["records"])}
