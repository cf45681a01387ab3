import boto3

cloudwatch = boto3.client("cloudwatch")


def handler(event, context):
    seen = len(event["Records"])
    cloudwatch.put_metric_data(Namespace="Parcels", MetricData=[{"MetricName": "Seen", "Value": seen}])
    return {"seen": seen}
