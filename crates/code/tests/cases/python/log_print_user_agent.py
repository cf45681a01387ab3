import logging

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def handler(event, context):
    logger.info("request from " + event["headers"]["User-Agent"])  # flow: log
    return {"statusCode": 200, "body": ""}
