import asyncio
import os

import asyncpg


async def count(tag):
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    return await connection.fetchval("SELECT count(*) FROM notes WHERE tag = $1", tag)


def handler(event, context):
    return {"statusCode": 200, "body": str(asyncio.run(count(event["pathParameters"]["tag"])))}
