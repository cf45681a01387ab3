import boto3

sns = boto3.client("sns")


def handler(event, context):
    """To a phone: no topic."""
    sns.publish(PhoneNumber=event["phone"], Message=event["text"])
    return {"ok": True}
