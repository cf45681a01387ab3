import yaml


def handler(event, context):
    document = yaml.load(event["body"], Loader=yaml.Loader)  # flow: deserialize
    return {"statusCode": 200, "body": str(list(document))}
