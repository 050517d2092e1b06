"""POST /payments: the payment provider reports. Only what it signed is believed."""

import base64
import hashlib
import hmac
import json
import os


def handler(event, context):
    """Takes and returns what an HTTP API sends and expects (payload format 2.0)."""
    body = event.get("body", "").encode()
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body)
    expected = hmac.new(os.environ["PROVIDER_SECRET"].encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), event["headers"].get("x-signature", "").encode()):
        return {"statusCode": 401}
    try:
        report = json.loads(body)
        print(f"payment {report['authorization']}: {report['status']}")
    except (KeyError, TypeError, ValueError):
        return {"statusCode": 400}
    return {"statusCode": 204}
