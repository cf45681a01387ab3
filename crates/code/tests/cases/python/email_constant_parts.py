import boto3

ses = boto3.client("ses")


def handler(event, context):
    count = len(event["Records"])
    ses.send_email(
        Source="shop@example.com",
        Destination={"ToAddresses": ["ops@example.com"]},
        Message={
            "Subject": {"Data": "Batch finished"},
            "Body": {"Text": {"Data": "%d records" % count}},
        },
    )
