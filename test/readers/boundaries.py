# Cuts the stream at its boundary: python3 boundaries.py URL FOLDER COUNT
import sys
import requests

url, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
answer = requests.get(url, stream=True, timeout=10)
boundary = b"--" + answer.headers["Content-Type"].split("boundary=")[1].encode() + b"\r\n"
data, number = b"", 0
for chunk in answer.iter_content(1024):
    data += chunk
    *parts, data = data.split(boundary)
    for part in parts:
        head, _, jpeg = part.partition(b"\r\n\r\n")
        if number == count or not head.strip():
            continue
        with open(f"{folder}/{number:04}.jpg", "wb") as file:
            file.write(jpeg.removesuffix(b"\r\n"))
        number += 1
    if number == count:
        break
