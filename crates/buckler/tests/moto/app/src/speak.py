import os

import boto3

polly = boto3.client("polly")
s3 = boto3.client("s3")


def handler(event, context):
    sound = polly.synthesize_speech(Text=event["text"], OutputFormat="mp3", VoiceId="Joanna")["AudioStream"]
    s3.put_object(Bucket=os.environ["LABELS"], Key=f"spoken/{event['id']}.mp3", Body=sound.read())
    return {"ok": True}
