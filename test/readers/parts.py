# With aiohttp's own reader of parts: python3 parts.py URL FOLDER COUNT
import asyncio, sys
import aiohttp

async def main(url, folder, count):
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        reader = aiohttp.MultipartReader.from_response(answer)
        for number in range(int(count)):
            part = await reader.next()
            with open(f"{folder}/{number:04}.jpg", "wb") as file:
                file.write(await part.read())

asyncio.run(main(*sys.argv[1:]))
