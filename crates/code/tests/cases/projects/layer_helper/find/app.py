from shop_database import rows, rows_by_id


def handler(event, context):
    query = event["queryStringParameters"]
    first = rows_by_id(query["id"])
    return {"statusCode": 200, "body": str(first + rows("name = '" + query["name"] + "'"))}
