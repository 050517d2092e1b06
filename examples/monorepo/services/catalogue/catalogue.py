"""GET /products: what the shop sells, all of it or what the query finds."""

import json
from pathlib import Path

from shop.catalogue import load
from shop.money import text

PRODUCTS = load(Path(__file__).parent)


def handler(event, context):
    """Takes and returns what an HTTP API sends and expects (payload format 2.0)."""
    words = ((event.get("queryStringParameters") or {}).get("q") or "").casefold().split()
    found = [
        {"sku": sku, "name": product["name"], "price": text(product["price_cents"])}
        for sku, product in PRODUCTS.items()
        if all(word in product["name"].casefold() for word in words)
    ]
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(found)}
