import os

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

processor = BatchProcessor(event_type=EventType.SQS)


def work(record: SQSRecord):
    job = record.json_body
    os.system(f"/opt/bin/render --scene {job['scene']}")  # flow: command


def handler(event, context):
    return process_partial_response(event=event, record_handler=work, processor=processor, context=context)
