/* In front of the fake camera: as drivers that pad their buffers (ODD_SURPLUS bytes), or offer another format (ODD_FOURCC). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint32_t fourcc(void) {
    const char *name = getenv("ODD_FOURCC");
    return name && strlen(name) == 4 ? v4l2_fourcc(name[0], name[1], name[2], name[3]) : V4L2_PIX_FMT_YUYV;
}

int ioctl(int fd, unsigned long request, ...) {
    static int (*next)(int, unsigned long, ...);
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (!next) next = dlsym(RTLD_NEXT, "ioctl");
    struct v4l2_format *format = argument;
    struct v4l2_frmsizeenum *size = argument;
    int has_format = request == VIDIOC_S_FMT || request == VIDIOC_TRY_FMT;
    int has_size = request == VIDIOC_ENUM_FRAMESIZES || request == VIDIOC_ENUM_FRAMEINTERVALS;
    uint32_t *asked = has_format ? &format->fmt.pix.pixelformat : has_size ? &size->pixel_format : NULL;
    if (asked && *asked == fourcc()) *asked = V4L2_PIX_FMT_YUYV;
    int result = next(fd, request, argument);
    if (has_format || request == VIDIOC_G_FMT) {
        if (format->fmt.pix.pixelformat == V4L2_PIX_FMT_YUYV) format->fmt.pix.pixelformat = fourcc();
    } else if (request == VIDIOC_ENUM_FMT && result == 0) {
        struct v4l2_fmtdesc *offered = argument;
        if (offered->pixelformat == V4L2_PIX_FMT_YUYV) {
            offered->pixelformat = fourcc();
            memcpy(offered->description, getenv("ODD_FOURCC") ? getenv("ODD_FOURCC") : "YUYV", 5);
        }
    } else if (request == VIDIOC_DQBUF && result == 0 && getenv("ODD_SURPLUS")) {
        ((struct v4l2_buffer *)argument)->bytesused += atoi(getenv("ODD_SURPLUS"));
    }
    return result;
}
