"""Counts what could not be handled, by reason. A record that cannot be read is left in the queue."""

import json
from collections import Counter


def handler(event, context):
    """Takes a batch of SQS records; returns {"reasons": {…}, "batchItemFailures": […]}."""
    reasons, failures = Counter(), []
    for record in event["Records"]:
        try:
            reasons[json.loads(record["body"])["error"]["Error"]] += 1
        except (KeyError, TypeError, ValueError):
            failures.append({"itemIdentifier": record["messageId"]})
    print("dead letters:", dict(reasons))
    return {"reasons": dict(reasons), "batchItemFailures": failures}
