"""How much goes back when part of an order is returned: the articles' share of all that was paid, tax included."""

from shop.money import share_cents


def handler(event, context):
    """Takes the order and returned_net_cents; returns {"refund_cents"}, never more than is left of what was paid."""
    order = event["order"]
    share = share_cents(order["total_cents"], event["returned_net_cents"], order["net_cents"])
    left = order["total_cents"] - order.get("refunded_cents", 0)
    return {"refund_cents": max(0, min(share, left))}
