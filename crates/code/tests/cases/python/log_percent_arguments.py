import logging

logger = logging.getLogger()


def handler(event, context):
    logger.warning("unknown user %s", event["queryStringParameters"]["user"])  # flow: log
    return {"statusCode": 404, "body": ""}
