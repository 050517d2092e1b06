#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Lambda's runtime API, version 2018-06-01. `address` is host:port, as in AWS_LAMBDA_RUNTIME_API. */

struct invocation {
    char request_id[128];
    char *event; /* JSON, ended by a NUL that event_bytes does not count; the caller frees it */
    size_t event_bytes;
};

/* Waits for the next event, for as long as Lambda likes. False, with a line on stderr: the API cannot be talked to. */
bool runtime_next(const char *address, struct invocation *invocation);

/* Ends an invocation; outcome is "response" or "error", json what Lambda expects with it. */
bool runtime_post(const char *address, const char *request_id, const char *outcome, const char *json);
