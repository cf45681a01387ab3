import os

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    expression = "SELECT * FROM s3object s WHERE s.city = '" + event["queryStringParameters"]["city"] + "'"
    answer = s3.select_object_content(Bucket=os.environ["BUCKET"], Key="cities.csv", ExpressionType="SQL", Expression=expression, InputSerialization={"CSV": {}}, OutputSerialization={"JSON": {}})  # flow: sql
    return {"statusCode": 200, "body": str(list(answer["Payload"]))}
