import logging
from urllib.parse import unquote_plus

logger = logging.getLogger()


def handler(event, context):
    key = unquote_plus(event["Records"][0]["s3"]["object"]["key"])
    logger.info("new object " + key)  # flow: log
    return len(key)
