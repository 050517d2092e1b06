"""Writes to a customer, in the customer's language or else in English."""

import json
import os
from pathlib import Path
from string import Template

from shop.money import text

FILES = Path(os.environ["MESSAGES_DIR"]).glob("*.json")
MESSAGES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}


def handler(event, context):
    """Takes {"message": name, "order": …, "reason"?: text}; returns the mail, {"to", "text"}."""
    order, customer = event["order"], event["order"]["customer"]
    messages = MESSAGES.get(customer.get("language"), MESSAGES["en"])
    values = {
        "name": customer["name"],
        "order": order["id"],
        "amount": text(order.get("total_cents", 0)),
        "parcels": len(order.get("parcels", ())),
        "reason": event.get("reason", ""),
    }
    return {"to": customer["email"], "text": Template(messages[event["message"]]).substitute(values)}
