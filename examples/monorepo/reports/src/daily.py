"""Revenue by day, as CSV for a spreadsheet."""

import csv
import io
from collections import defaultdict

from shop.money import text


def handler(event, context):
    """Takes {"orders": [{"paid_at": ISO 8601, "total_cents"}, ...]}; returns {"csv": text}."""
    days = defaultdict(lambda: [0, 0])
    for order in event["orders"]:
        day = days[order["paid_at"][:10]]
        day[0] += 1
        day[1] += order["total_cents"]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["day", "orders", "revenue"])
    writer.writerows([day, orders, text(cents)] for day, (orders, cents) in sorted(days.items()))
    return {"csv": table.getvalue()}
