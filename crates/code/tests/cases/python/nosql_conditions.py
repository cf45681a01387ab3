import boto3
from boto3.dynamodb.conditions import Attr, Key

table = boto3.resource("dynamodb").Table("orders")


def handler(event, context):
    wanted = event["queryStringParameters"]
    rows = table.query(
        KeyConditionExpression=Key("customer").eq(wanted["customer"]),
        FilterExpression=Attr("state").eq(wanted["state"]),
    )
    update = "SET {} = :state".format("state")
    table.update_item(
        Key={"customer": wanted["customer"]},
        UpdateExpression=update,
        ExpressionAttributeValues={":state": wanted["state"]},
    )
    return {"statusCode": 200, "body": str(rows["Items"])}
