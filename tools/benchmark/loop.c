/* The protocol in C, as the limit: what this machine's kernel allows when the program itself costs
   next to nothing. And the load: a client that costs next to nothing as well.

       loop server                 serve one client, then end
       loop client PORT REQUESTS   ask that often, print the seconds that took */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HANDSHAKE_BYTES = 2, GREETING_BYTES = 48, REQUEST_BYTES = 4, HEADER_BYTES = 4, MAX_FRAME_BYTES = 10003 };

static const char GREETING[] = "Hello! You can ask for: TIME, NAME, RAND or EXIT";
static const char NAME[] = "server";

static void must(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s: %s\n", what, errno ? strerror(errno) : "not what the protocol says");
        exit(1);
    }
}

/* Receive n bytes, in as many pieces as they come. Return 0 if the stream ends first. */
static int recv_exactly(int sock, char *buffer, size_t n)
{
    for (size_t received = 0; received < n;) {
        ssize_t piece = recv(sock, buffer + received, n - received, 0);
        if (piece <= 0)
            return 0;
        received += piece;
    }
    return 1;
}

static void send_all(int sock, const char *bytes, size_t n)
{
    for (size_t sent = 0; sent < n;) {
        ssize_t piece = send(sock, bytes + sent, n - sent, 0);
        must(piece > 0, "send");
        sent += piece;
    }
}

/* Write the framed answer to a request into frame; return its length in bytes. */
static int frame_answer(const char *request, char *frame)
{
    const char *body = memcmp(request, "NAME", REQUEST_BYTES) == 0 ? NAME : "Only NAME is answered here";
    return sprintf(frame, "%04zu%s", strlen(body), body);
}

static void serve(void)
{
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    must(bind(listening, (struct sockaddr *)&address, size) == 0, "bind");
    must(listen(listening, 1) == 0, "listen");
    must(getsockname(listening, (struct sockaddr *)&address, &size) == 0, "getsockname");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    int client = accept(listening, NULL, NULL);
    char request[REQUEST_BYTES], frame[MAX_FRAME_BYTES];
    must(recv_exactly(client, request, HANDSHAKE_BYTES) && memcmp(request, "Hi", HANDSHAKE_BYTES) == 0, "handshake");
    send_all(client, GREETING, GREETING_BYTES);
    while (recv_exactly(client, request, REQUEST_BYTES) && memcmp(request, "EXIT", REQUEST_BYTES) != 0)
        send_all(client, frame, frame_answer(request, frame));
    close(client);
    close(listening);
}

/* Ask for the name and wait for the whole answer, in one recv where it comes in one piece. */
static void ask(int sock)
{
    char frame[MAX_FRAME_BYTES + 1] = "";
    size_t length = HEADER_BYTES, received = 0;
    send_all(sock, "NAME", REQUEST_BYTES);
    while (received < length) {
        ssize_t piece = recv(sock, frame + received, MAX_FRAME_BYTES - received, 0);
        must(piece > 0, "recv");
        received += piece;
        if (length == HEADER_BYTES && received >= HEADER_BYTES) {
            char header[HEADER_BYTES + 1] = "";
            memcpy(header, frame, HEADER_BYTES);
            length += atoi(header);
        }
    }
    must(received == length && memcmp(frame + HEADER_BYTES, NAME, strlen(NAME)) == 0, "answer");
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static void load(int port, int requests)
{
    int sock = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    must(connect(sock, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    char greeting[GREETING_BYTES];
    send_all(sock, "Hi", HANDSHAKE_BYTES);
    must(recv_exactly(sock, greeting, GREETING_BYTES), "greeting");
    for (int i = 0; i < requests / 10; i++) /* warm up: not timed */
        ask(sock);
    double started = seconds();
    for (int i = 0; i < requests; i++)
        ask(sock);
    printf("%.9f\n", seconds() - started);
    send_all(sock, "EXIT", REQUEST_BYTES);
    char nothing;
    must(!recv_exactly(sock, &nothing, 1), "end of stream after EXIT");
    close(sock);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "server") == 0)
        serve();
    else if (argc == 4 && strcmp(argv[1], "client") == 0)
        load(atoi(argv[2]), atoi(argv[3]));
    else
        return 2;
    return 0;
}
