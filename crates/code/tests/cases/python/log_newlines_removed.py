import logging

logger = logging.getLogger()


def handler(event, context):
    agent = event["headers"]["User-Agent"].replace("\r", "").replace("\n", " ")
    logger.info("request from %s", agent)
    logger.info("size %d", len(event["body"]))
    return {"statusCode": 200, "body": ""}
