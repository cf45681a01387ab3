from aws_lambda_powertools import Logger

logger = Logger(service="orders")


@logger.inject_lambda_context
def handler(event, context):
    logger.info("order received", extra={"agent": event["headers"]["User-Agent"]})
    return {"statusCode": 200, "body": ""}
