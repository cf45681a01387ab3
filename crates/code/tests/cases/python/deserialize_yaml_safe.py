import yaml


def handler(event, context):
    document = yaml.safe_load(event["body"])
    again = yaml.load(event["body"], Loader=yaml.SafeLoader)
    return {"statusCode": 200, "body": str(list(document) + list(again))}
