import asyncio


async def run(host):
    process = await asyncio.create_subprocess_exec("dig", "+short", host)
    return await process.wait()


def handler(event, context):
    for record in event["Records"]:
        asyncio.run(run(record["dynamodb"]["Keys"]["host"]["S"]))
