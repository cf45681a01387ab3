import logging
from urllib.parse import unquote_plus

logger = logging.getLogger()


def handler(event, context):
    key = event["Records"][0]["s3"]["object"]["key"]
    logger.info("new object " + key)
    logger.info("size %s", event["Records"][0]["s3"]["object"]["size"])
    return len(unquote_plus(key))
