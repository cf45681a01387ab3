import boto3

table = boto3.resource("dynamodb").Table("orders")


def handler(event, context):
    wanted = event["queryStringParameters"]
    rows = table.scan(FilterExpression=wanted["filter"], ExpressionAttributeValues={":v": wanted["value"]})  # flow: nosql
    return {"statusCode": 200, "body": str(rows["Items"])}
