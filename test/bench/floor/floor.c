/*
 * The floor in C: accepts viewers on a free port of the loopback, prints it, and sends every one of them the same
 * message 30 times a second, from one thread, with one send() each. Nothing that serves the same bytes over the
 * same sockets can cost less without another system call.
 *
 * Usage: floor BYTES FPS. The message starts with its own length (u32) and the wall clock (f64, ms), little-endian.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_VIEWERS 1024

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    uint32_t bytes = (uint32_t)strtoul(argv[1], NULL, 10);
    long fps = strtol(argv[2], NULL, 10);
    if (bytes < 12 || fps < 1) return 2;
    char *message = malloc(bytes);
    for (uint32_t i = 0; i < bytes; i++) message[i] = (char)rand();
    memcpy(message, &bytes, 4);

    signal(SIGPIPE, SIG_IGN);
    int door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(door, (void *)&address, sizeof address) || listen(door, MAX_VIEWERS)) return 1;
    getsockname(door, (void *)&address, &length);
    printf("http://127.0.0.1:%d/\n", ntohs(address.sin_port));
    fflush(stdout);

    static int viewers[MAX_VIEWERS];
    int count = 0;
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (;;) {
        next.tv_nsec += 1000000000L / fps;
        if (next.tv_nsec >= 1000000000L) next.tv_sec++, next.tv_nsec -= 1000000000L;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        for (int viewer; count < MAX_VIEWERS && (viewer = accept(door, NULL, NULL)) >= 0; count++) {
            int on = 1, room = (int)bytes * 2;
            setsockopt(viewer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            /* Room for a whole message, so that send() never waits for a viewer that keeps up. */
            setsockopt(viewer, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
            viewers[count] = viewer;
        }
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        double ms = (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
        memcpy(message + 4, &ms, 8);
        for (int i = 0; i < count;) {
            if (send(viewers[i], message, bytes, 0) == (ssize_t)bytes) i++;
            else close(viewers[i]), viewers[i] = viewers[--count];
        }
    }
}
