"""Asks for the money. The same order asked for twice gets the same authorization, so that a retry pays once."""

import hashlib
import os

LIMIT_CENTS = int(os.environ.get("PAYMENT_LIMIT_CENTS", "100000"))


class PaymentRefused(ValueError):
    """The workflow matches this name, and tells the customer."""


def handler(order, context):
    """Returns the order with authorization; raises PaymentRefused."""
    total = order["total_cents"]
    if total > LIMIT_CENTS:
        raise PaymentRefused(f"more than the limit of {LIMIT_CENTS} cents")
    if not order.get("payment_token"):
        raise PaymentRefused("no means of payment")
    request = f"{order['id']}\n{order['payment_token']}\n{total}"
    return {**order, "authorization": hashlib.sha256(request.encode()).hexdigest()[:20]}
