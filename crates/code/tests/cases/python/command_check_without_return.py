import logging
import os
import re

logger = logging.getLogger()


def handler(event, context):
    target = event["detail"]["target"]
    if not re.fullmatch(r"[a-z]+", target):
        logger.warning("strange target")
    os.system("systemctl restart " + target)  # flow: command
