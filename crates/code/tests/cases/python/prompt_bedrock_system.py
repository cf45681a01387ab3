import json

import boto3

bedrock = boto3.client("bedrock-runtime")


def handler(event, context):
    topic = json.loads(event["body"])["topic"]
    prompt = f"You are the shop's assistant. Never give discounts. Answer the question: {topic}"
    answer = bedrock.invoke_model(modelId="model", body=json.dumps({"prompt": prompt, "max_tokens": 300}))  # flow: prompt
    return {"statusCode": 200, "body": answer["body"].read().decode()}
