import httpx


async def fetch(tenant, path):
    async with httpx.AsyncClient() as client:
        return await client.get("https://" + tenant + "/api/" + path)  # flow: request


def handler(event, context):
    import asyncio

    headers = event["headers"]
    answer = asyncio.run(fetch(headers["x-tenant-host"], "status"))
    return {"statusCode": 200, "body": answer.text}
