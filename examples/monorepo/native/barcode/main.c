/* A Lambda function on a custom runtime. The event is a JSON string, "4006381333931"; the answer {"ean": …, "valid": …}. */
#include "ean.h"
#include "runtime_api.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DIGITS 32

/* Finds the digits in the event; NULL: the event is something else. */
static const char *digits_of(const char *event, size_t *length) {
    event += strspn(event, " \t\r\n");
    if (*event++ != '"')
        return NULL;
    *length = strspn(event, "0123456789");
    const char *rest = event + *length;
    if (*length == 0 || *length > MOST_DIGITS || *rest++ != '"')
        return NULL;
    return rest[strspn(rest, " \t\r\n")] == '\0' ? event : NULL;
}

static bool answer(const char *address, const struct invocation *invocation) {
    size_t length;
    const char *digits = digits_of(invocation->event, &length);
    if (digits == NULL)
        return runtime_post(address, invocation->request_id, "error",
                            "{\"errorType\":\"InvalidEvent\",\"errorMessage\":\"the event is not a string of digits\"}");
    char json[MOST_DIGITS + 64];
    const char *valid = ean_is_valid(digits, length) ? "true" : "false";
    snprintf(json, sizeof json, "{\"ean\":\"%.*s\",\"valid\":%s}", (int)length, digits, valid);
    return runtime_post(address, invocation->request_id, "response", json);
}

int main(void) {
    const char *address = getenv("AWS_LAMBDA_RUNTIME_API");
    if (address == NULL) {
        fputs("AWS_LAMBDA_RUNTIME_API is not set: Lambda or `sam local invoke` starts this program\n", stderr);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN); /* a closed connection is an error of write, not the end */
    struct invocation invocation;
    bool going = true;
    while (going && runtime_next(address, &invocation)) {
        going = answer(address, &invocation);
        free(invocation.event);
    }
    return 1;
}
