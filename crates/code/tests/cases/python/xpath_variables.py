from lxml import etree

USERS = etree.parse("/opt/users.xml")


def handler(event, context):
    query = event["queryStringParameters"]
    found = USERS.xpath("//user[name=$name and pin=$pin]", name=query["name"], pin=query["pin"])
    return {"statusCode": 200 if found else 403, "body": ""}
