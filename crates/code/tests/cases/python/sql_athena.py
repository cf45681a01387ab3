import boto3

athena = boto3.client("athena")


def handler(event, context):
    day = event["day"]
    statement = f"SELECT * FROM access_logs WHERE day = '{day}'"
    answer = athena.start_query_execution(QueryString=statement, ResultConfiguration={"OutputLocation": "s3://results/"})  # flow: sql
    return answer["QueryExecutionId"]
