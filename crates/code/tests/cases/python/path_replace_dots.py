def handler(event, context):
    name = event["pathParameters"]["name"].replace("../", "")
    with open("/mnt/data/" + name) as file:  # flow: path
        return {"statusCode": 200, "body": file.read()}
