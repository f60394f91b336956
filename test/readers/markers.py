# Cuts the stream where JPEGs begin and end, as many scripts do: python3 markers.py URL FOLDER COUNT
import io, sys, urllib.request
from PIL import Image

url, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
stream, data, number = urllib.request.urlopen(url), b"", 0
while number < count:
    data += stream.read(1024)
    start = data.find(b"\xff\xd8")
    end = data.find(b"\xff\xd9", start + 2)
    if start >= 0 and end >= 0:
        jpeg, data = data[start : end + 2], data[end + 2 :]
        Image.open(io.BytesIO(jpeg)).load()
        with open(f"{folder}/{number:04}.jpg", "wb") as file:
            file.write(jpeg)
        number += 1
