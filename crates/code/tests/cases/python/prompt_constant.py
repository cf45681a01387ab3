import json

import boto3

bedrock = boto3.client("bedrock-runtime")
PROMPTS = {"joke": "Tell a joke.", "fact": "Tell a fact."}


def handler(event, context):
    prompt = PROMPTS[event["queryStringParameters"]["kind"]]
    answer = bedrock.invoke_model(modelId="model", body=json.dumps({"prompt": prompt}))
    return {"statusCode": 200, "body": answer["body"].read().decode()}
