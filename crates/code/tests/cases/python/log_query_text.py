import logging

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def handler(event, context):
    logger.info("request from " + event["headers"]["User-Agent"])
    logger.info("search for " + event["queryStringParameters"]["text"])  # flow: log
    return {"statusCode": 200, "body": ""}
