# A script that works on each picture for a while: python3 slow.py KIND URL STEP SECONDS, times in s. Prints for each
# picture when it was taken, from the first one on, its age in s, its width and the sum of its first quantization table, which
# tells its quality. Server and script must share their clocks.
import asyncio, json, struct, sys, time

kind, url, step, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
first = None

def took(age, jpeg):
    global first
    now = time.monotonic()
    first = first or now
    width, = struct.unpack_from(">H", jpeg, jpeg.index(b"\xff\xc0") + 7)
    table = jpeg.index(b"\xff\xdb") + 5
    print(f"{now - first:.3f} {age:.3f} {width} {sum(jpeg[table : table + 64])}", flush=True)
    return now - first < seconds

async def websocket(says_next=False, blocks=False, **options):
    import websockets
    async with websockets.connect(url, max_size=None, compression=None, **options) as socket:
        # Headers only to know how old pictures are.
        await socket.send(json.dumps({"type": "subscribe", "acks": False}))
        header = None
        async for message in socket:
            if isinstance(message, str):
                continue
            if header is None:
                header = message
                continue
            (captured,) = struct.unpack_from("<d", header, 16)
            header = None
            if says_next:
                await socket.send("next")
            if not took(time.monotonic() - captured / 1000, message):
                return
            time.sleep(step) if blocks else await asyncio.sleep(step)

def multipart(stream):
    while True:
        line, fields = stream.readline(), {}
        while line not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            fields[name.lower()] = value.strip()
            line = stream.readline()
        if b"content-length" not in fields:
            if line == b"":
                return
            continue
        jpeg = stream.read(int(fields[b"content-length"]))
        if not took(time.time() - float(fields[b"x-timestamp"]), jpeg):
            return
        time.sleep(step)

async def aiohttp_parts():
    import aiohttp
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        reader = aiohttp.MultipartReader.from_response(response)
        while True:
            part = await reader.next()
            jpeg = bytes(await part.read())
            if not took(time.time() - float(part.headers["X-Timestamp"]), jpeg):
                return
            await asyncio.sleep(step)

def requests_parts():
    import requests
    multipart(requests.get(url, stream=True).raw)

def iterated_parts():
    import requests
    # A picture is only seen to be whole with some of the next one: chunks have one size.
    buffer = b""
    for chunk in requests.get(url, stream=True).iter_content(10240):
        buffer += chunk
        head = buffer.find(b"X-Timestamp: ")
        end = buffer.find(b"\r\n--frame\r\n", head) if head >= 0 else -1
        if end < 0:
            continue
        start = buffer.index(b"\r\n\r\n", head)
        jpeg = buffer[start + 4 : end]
        if not took(time.time() - float(buffer[head + 13 : start].split(b"\r\n")[0]), jpeg):
            return
        buffer = buffer[end + 4 :]
        time.sleep(step)

def socket_parts():
    import urllib.request
    multipart(urllib.request.urlopen(url))

kinds = {
    "next": lambda: asyncio.run(websocket(says_next=True)),
    "queue": lambda: asyncio.run(websocket()),
    "one": lambda: asyncio.run(websocket(max_queue=1)),
    "blocking": lambda: asyncio.run(websocket(blocks=True)),
    "aiohttp": lambda: asyncio.run(aiohttp_parts()),
    "requests": requests_parts,
    "iterated": iterated_parts,
    "urllib": socket_parts,
}
kinds[kind]()
