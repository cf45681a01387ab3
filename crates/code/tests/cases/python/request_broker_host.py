import os

import pika


def handler(event, context):
    url = f"amqps://{os.environ['USER_NAME']}:{os.environ['PASS_WORD']}@{event['host']}:5671"
    connection = pika.BlockingConnection(pika.URLParameters(url))  # flow: request
    connection.channel().basic_publish(exchange="", routing_key="jobs", body="hello")
    connection.close()
