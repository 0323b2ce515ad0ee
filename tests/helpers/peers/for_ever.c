// A server in C, made from the contract alone: it serves one client after another, drops a silent or slow
// one after argv[1] seconds, and prints its port. It ends when its standard input does.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int limit_ms;

static long now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000L + t.tv_nsec / 1000000L;
}

// Move exactly n bytes within the time limit, reading or writing; 0 if that cannot be.
static int move(int fd, char *data, int n, short event) {
    long ends = now_ms() + limit_ms;
    for (int done = 0; done < n;) {
        struct pollfd wait = {fd, event, 0};
        long left = ends - now_ms();
        if (left <= 0 || poll(&wait, 1, (int)left) <= 0) return 0;
        ssize_t moved = event == POLLIN ? recv(fd, data + done, n - done, MSG_DONTWAIT)
                                        : send(fd, data + done, n - done, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (moved <= 0) return 0;
        done += moved;
    }
    return 1;
}

static void serve(int fd) {
    char field[5] = "", greeting[49], answer[128];
    snprintf(greeting, sizeof greeting, "%-48s", "In C, you may ask for: TIME, NAME, RAND or EXIT");
    if (!move(fd, field, 2, POLLIN) || memcmp(field, "Hi", 2) || !move(fd, greeting, 48, POLLOUT)) return;
    while (move(fd, field, 4, POLLIN) && memcmp(field, "EXIT", 4)) {
        const char *text = !memcmp(field, "TIME", 4) ? "שעה טובה" : !memcmp(field, "NAME", 4) ? "c"
                         : !memcmp(field, "RAND", 4) ? "7" : "I do not know that. Ask for TIME, NAME, RAND or EXIT";
        int size = snprintf(answer, sizeof answer, "%04zu%s", strlen(text), text);
        if (!move(fd, answer, size, POLLOUT)) return;
    }
}

int main(int argc, char **argv) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    limit_ms = argc > 1 ? (int)(1000 * atof(argv[1])) : 1000;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 128)) return 1;
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct pollfd wait[2] = {{listener, POLLIN, 0}, {0, POLLIN | POLLHUP, 0}};
        poll(wait, 2, -1);
        if (wait[1].revents) return 0;
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0) {
            serve(fd);
            close(fd);
        }
    }
}
