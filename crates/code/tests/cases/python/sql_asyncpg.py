import asyncio
import os

import asyncpg


async def count(tag):
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    return await connection.fetchval(f"SELECT count(*) FROM notes WHERE tag = '{tag}'")  # flow: sql


def handler(event, context):
    return {"statusCode": 200, "body": str(asyncio.run(count(event["pathParameters"]["tag"])))}
