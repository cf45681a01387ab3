from lxml import etree

USERS = etree.parse("/opt/users.xml")


def handler(event, context):
    query = event["queryStringParameters"]
    found = USERS.xpath("//user[name='" + query["name"] + "' and pin='" + query["pin"] + "']")  # flow: xpath
    return {"statusCode": 200 if found else 403, "body": ""}
