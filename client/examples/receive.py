# How do I get live pictures into OpenCV? (Debian: apt install python3-websockets python3-opencv)
#   python3 receive.py [ws://localhost:8080/ws]
import asyncio, json, sys
import cv2, numpy, websockets

async def main(url="ws://localhost:8080/ws"):
    async with websockets.connect(url, max_size=None, compression=None) as socket:
        await socket.send(json.dumps({"type": "subscribe", "headers": False, "quality": 60}))
        async for message in socket:
            if isinstance(message, bytes):
                await socket.send("next")  # asks for one more picture: it comes while you work on this one
                picture = cv2.imdecode(numpy.frombuffer(message, numpy.uint8), cv2.IMREAD_COLOR)
                print(picture.shape, flush=True)  # or: cv2.imshow("live", picture); cv2.waitKey(1)

asyncio.run(main(*sys.argv[1:]))
