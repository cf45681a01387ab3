import asyncio
import json

import aiohttp


async def sizes(urls):
    async with aiohttp.ClientSession() as session:
        found = []
        for url in urls:
            async with session.get(url) as answer:  # flow: request
                found.append(len(await answer.read()))
        return found


def handler(event, context):
    urls = json.loads(event["body"])["urls"]
    return {"statusCode": 200, "body": json.dumps(asyncio.run(sizes(urls)))}
