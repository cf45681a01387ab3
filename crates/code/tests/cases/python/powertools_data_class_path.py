from aws_lambda_powertools.utilities.data_classes import S3Event, event_source


@event_source(data_class=S3Event)
def handler(event: S3Event, context):
    for record in event.records:
        key = record.s3.get_object.key
        with open("/tmp/" + key, "w") as file:  # flow: path
            file.write("seen")
