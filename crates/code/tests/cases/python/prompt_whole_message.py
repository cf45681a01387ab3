import json

import boto3

bedrock = boto3.client("bedrock-runtime")


def handler(event, context):
    prompt = json.loads(event["body"])["prompt"]
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 500,
        "system": "You answer questions about birds.",
        "messages": [{"role": "user", "content": prompt}],
    }
    answer = bedrock.invoke_model(modelId="model", body=json.dumps(body))
    return {"statusCode": 200, "body": answer["body"].read().decode()}
