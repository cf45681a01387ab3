import asyncio


async def run(text):
    process = await asyncio.create_subprocess_shell(text)  # flow: command
    return await process.wait()


def handler(event, context):
    for record in event["Records"]:
        asyncio.run(run("dig " + record["dynamodb"]["Keys"]["host"]["S"]))
