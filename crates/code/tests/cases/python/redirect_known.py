PAGES = {"home": "https://www.example.com/", "help": "https://help.example.com/"}


def handler(event, context):
    wanted = event["queryStringParameters"].get("next", "home")
    target = PAGES.get(wanted, PAGES["home"])
    return {"statusCode": 302, "headers": {"Location": target}, "body": ""}
