# As everybody reads: python3 opencv.py URL FOLDER COUNT
import sys
import cv2

url, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
capture = cv2.VideoCapture(url)
for number in range(count):
    ok, picture = capture.read()
    if not ok:
        sys.exit(f"read() number {number} failed")
    cv2.imwrite(f"{folder}/{number:04}.jpg", picture)
