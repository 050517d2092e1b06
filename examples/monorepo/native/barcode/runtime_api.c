#define _POSIX_C_SOURCE 200809L
#include "runtime_api.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct response {
    char request_id[128];
    long length; /* of the body in bytes; -1: up to the end of the connection */
    bool chunked;
};

static bool failed(const char *what) {
    fprintf(stderr, "the runtime API failed: %s\n", what);
    return false;
}

static int connect_to(const char *address) {
    const char *colon = strrchr(address, ':');
    char host[256];
    if (colon == NULL || (size_t)(colon - address) >= sizeof host)
        return -1;
    snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return -1;
    int connection = -1;
    for (struct addrinfo *one = found; one != NULL && connection < 0; one = one->ai_next) {
        connection = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
        if (connection >= 0 && connect(connection, one->ai_addr, one->ai_addrlen) != 0) {
            close(connection);
            connection = -1;
        }
    }
    freeaddrinfo(found);
    return connection;
}

/* Sends a request; the answer is read from the stream that comes back, which the caller closes. */
static FILE *request(const char *address, const char *method, const char *path, const char *body) {
    int connection = connect_to(address);
    if (connection < 0)
        return NULL;
    int sent = dprintf(connection,
                       "%s /2018-06-01/runtime/invocation/%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
                       "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                       method, path, address, strlen(body), body);
    FILE *stream = sent < 0 ? NULL : fdopen(connection, "r");
    if (stream == NULL)
        close(connection);
    return stream;
}

static void read_header(char *line, struct response *response) {
    char *value = strchr(line, ':');
    if (value == NULL)
        return;
    *value++ = '\0';
    value += strspn(value, " \t");
    if (strcasecmp(line, "Lambda-Runtime-Aws-Request-Id") == 0)
        snprintf(response->request_id, sizeof response->request_id, "%s", value);
    else if (strcasecmp(line, "Content-Length") == 0)
        response->length = strtol(value, NULL, 10);
    else if (strcasecmp(line, "Transfer-Encoding") == 0)
        response->chunked = strcasecmp(value, "chunked") == 0;
}

static bool read_head(FILE *stream, struct response *response) {
    char *line = NULL;
    size_t size = 0;
    int status = 0;
    bool complete = false;
    *response = (struct response){.length = -1};
    if (getline(&line, &size, stream) > 0 && sscanf(line, "HTTP/%*s %d", &status) == 1)
        while (!complete && getline(&line, &size, stream) > 0) {
            line[strcspn(line, "\r\n")] = '\0';
            complete = line[0] == '\0';
            read_header(line, response);
        }
    free(line);
    return complete && status / 100 == 2;
}

/* Appends up to `limit` bytes to the body (limit < 0: all there are). */
static bool append(FILE *stream, long limit, struct invocation *invocation) {
    while (limit != 0) {
        size_t step = limit < 0 || limit > 65536 ? 65536 : (size_t)limit;
        char *larger = realloc(invocation->event, invocation->event_bytes + step + 1);
        if (larger == NULL)
            return false;
        invocation->event = larger;
        size_t got = fread(larger + invocation->event_bytes, 1, step, stream);
        invocation->event_bytes += got;
        if (got < step)
            return limit < 0 && !ferror(stream);
        limit -= limit < 0 ? 0 : (long)step;
    }
    return true;
}

static bool append_chunks(FILE *stream, struct invocation *invocation) {
    char line[64];
    while (fgets(line, sizeof line, stream) != NULL) {
        char *end;
        long size = strtol(line, &end, 16);
        if (end == line || size < 0)
            return false;
        if (size == 0)
            return true;
        if (!append(stream, size, invocation) || fgets(line, sizeof line, stream) == NULL)
            return false;
    }
    return false;
}

static bool read_body(FILE *stream, const struct response *response, struct invocation *invocation) {
    invocation->event_bytes = 0;
    invocation->event = calloc(1, 1);
    if (invocation->event == NULL)
        return false;
    bool whole = response->chunked ? append_chunks(stream, invocation) : append(stream, response->length, invocation);
    invocation->event[invocation->event_bytes] = '\0';
    return whole;
}

bool runtime_next(const char *address, struct invocation *invocation) {
    FILE *stream = request(address, "GET", "next", "");
    if (stream == NULL)
        return failed("no connection");
    struct response response;
    invocation->event = NULL;
    bool whole = read_head(stream, &response) && read_body(stream, &response, invocation);
    fclose(stream);
    if (whole && response.request_id[0] != '\0') {
        memcpy(invocation->request_id, response.request_id, sizeof invocation->request_id);
        return true;
    }
    free(invocation->event);
    return failed("no invocation in its answer");
}

bool runtime_post(const char *address, const char *request_id, const char *outcome, const char *json) {
    char path[192];
    snprintf(path, sizeof path, "%s/%s", request_id, outcome);
    FILE *stream = request(address, "POST", path, json);
    if (stream == NULL)
        return failed("no connection");
    struct response response;
    bool accepted = read_head(stream, &response);
    fclose(stream);
    return accepted || failed("it did not accept the answer");
}
