"""May a customer still cancel? Until the parcels leave, and for an hour after paying."""

import os
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=int(os.environ.get("CANCEL_MINUTES", "60")))


def handler(event, context):
    """Takes {"order": {"state", "paid_at"?}, "now": ISO 8601}; returns {"cancel": bool, "reason": text}."""
    order = event["order"]
    if order["state"] == "sent":
        return {"cancel": False, "reason": "the parcels have left"}
    if order["state"] == "paid":
        age = datetime.fromisoformat(event["now"]) - datetime.fromisoformat(order["paid_at"])
        if age > WINDOW:
            return {"cancel": False, "reason": f"it was paid more than {WINDOW.seconds // 60} minutes ago"}
    return {"cancel": True, "reason": f"it is {order['state']}"}
