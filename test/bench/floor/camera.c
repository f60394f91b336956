/*
 * The camera's own share: opens /dev/video0 as bare as can be and prints how old each picture is when the program
 * has it, in ms, by the driver's own time stamp. No server can show anything younger.
 *
 * Usage: camera YUYV|MJPG COUNT [WIDTH HEIGHT]
 */
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

#define BUFFERS 3

static int fail(const char *what) {
    perror(what);
    return 1;
}

int main(int argc, char **argv) {
    if ((argc != 3 && argc != 5) || strlen(argv[1]) != 4) return 2;
    int count = atoi(argv[2]), camera = open("/dev/video0", O_RDWR);
    if (camera < 0) return fail("open");
    struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    format.fmt.pix.width = argc == 5 ? (unsigned)atoi(argv[3]) : 1280;
    format.fmt.pix.height = argc == 5 ? (unsigned)atoi(argv[4]) : 720;
    format.fmt.pix.pixelformat = v4l2_fourcc(argv[1][0], argv[1][1], argv[1][2], argv[1][3]);
    if (ioctl(camera, VIDIOC_S_FMT, &format)) return fail("VIDIOC_S_FMT");
    struct v4l2_requestbuffers request = {.count = BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    if (ioctl(camera, VIDIOC_REQBUFS, &request)) return fail("VIDIOC_REQBUFS");
    for (unsigned i = 0; i < request.count; i++) {
        struct v4l2_buffer buffer = {.index = i, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
        if (ioctl(camera, VIDIOC_QUERYBUF, &buffer) || ioctl(camera, VIDIOC_QBUF, &buffer)) return fail("VIDIOC_QBUF");
    }
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (ioctl(camera, VIDIOC_STREAMON, &type)) return fail("VIDIOC_STREAMON");
    for (int i = 0; i < count; i++) {
        struct v4l2_buffer buffer = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
        if (ioctl(camera, VIDIOC_DQBUF, &buffer)) return fail("VIDIOC_DQBUF");
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        double age = (double)(now.tv_sec - buffer.timestamp.tv_sec) * 1e3 + (double)now.tv_nsec / 1e6 - (double)buffer.timestamp.tv_usec / 1e3;
        printf("%.2f\n", age);
        if (ioctl(camera, VIDIOC_QBUF, &buffer)) return fail("VIDIOC_QBUF");
    }
    ioctl(camera, VIDIOC_STREAMOFF, &type);
    return 0;
}
