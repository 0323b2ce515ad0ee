/* A client and a server in C.   peer client PORT REQUEST...   peer server
 *
 * The client prints the greeting and each answer on a line of its own, then "end of stream".
 * The server prints its port, answers one client ("C got TIME"), and prints each request. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    exit(1);
}

/* Read n bytes and end them with a NUL; return 0 where the stream ends first. */
static int read_whole(int sock, char *to, size_t n) {
    size_t got = 0;
    while (got < n) {
        ssize_t piece = recv(sock, to + got, n - got, 0);
        if (piece < 0) fail("recv");
        if (piece == 0) return 0;
        got += (size_t)piece;
    }
    to[n] = 0;
    return 1;
}

static void write_whole(int sock, const char *from, size_t n) {
    while (n > 0) {
        ssize_t piece = send(sock, from, n, 0);
        if (piece < 0) fail("send");
        from += piece;
        n -= (size_t)piece;
    }
}

static int client(int sock, struct sockaddr_in at, char **requests) {
    char text[10000];
    if (connect(sock, (struct sockaddr *)&at, sizeof at) < 0) fail("connect");
    write_whole(sock, "Hi", 2);
    if (!read_whole(sock, text, 48)) return 1;
    puts(text);
    for (; *requests; requests++) {
        write_whole(sock, *requests, 4);
        if (!read_whole(sock, text, 4)) break;
        if (!read_whole(sock, text, (size_t)atoi(text))) return 1;
        puts(text);
    }
    puts("end of stream");
    return 0;
}

static int server(int listener, struct sockaddr_in at) {
    socklen_t size = sizeof at;
    char request[5], text[49], body[20];
    int sock;
    if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 1) < 0) fail("listen");
    if (getsockname(listener, (struct sockaddr *)&at, &size) < 0) fail("getsockname");
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    if ((sock = accept(listener, NULL, NULL)) < 0) fail("accept");
    if (!read_whole(sock, request, 2) || strcmp(request, "Hi") != 0) return 1;
    snprintf(text, sizeof text, "%-48s", "Ask a server in C for: TIME or EXIT");
    write_whole(sock, text, 48);
    while (read_whole(sock, request, 4)) {
        puts(request);
        if (strcmp(request, "EXIT") == 0) break;
        snprintf(body, sizeof body, "C got %s", request);
        snprintf(text, sizeof text, "%04zu%s", strlen(body), body);
        write_whole(sock, text, strlen(text));
    }
    close(sock);
    return 0;
}

int main(int count, char **words) {
    struct sockaddr_in at;
    int sock = socket(AF_INET, SOCK_STREAM, 0);
    alarm(10); /* it may not outlive a test that fails */
    memset(&at, 0, sizeof at);
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (sock < 0) fail("socket");
    if (count > 2 && strcmp(words[1], "client") == 0) {
        at.sin_port = htons((unsigned short)atoi(words[2]));
        return client(sock, at, words + 3);
    }
    return server(sock, at);
}
