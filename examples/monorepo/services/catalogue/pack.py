"""Packs an order: the heaviest pieces first, each into the first parcel that still carries it."""

from pathlib import Path

from shop.catalogue import load

PRODUCTS = load(Path(__file__).parent)
PARCEL_G = 10_000


def handler(order, context):
    """Returns the order with parcels: [{"weight_g", "articles": {sku: quantity}}, ...]."""
    pieces = [line["sku"] for line in order["lines"] for _ in range(line["quantity"])]
    parcels = []
    for sku in sorted(pieces, key=lambda sku: (-PRODUCTS[sku]["weight_g"], sku)):
        weight_g = PRODUCTS[sku]["weight_g"]
        parcel = next((parcel for parcel in parcels if parcel["weight_g"] + weight_g <= PARCEL_G), None)
        if parcel is None:
            parcel = {"weight_g": 0, "articles": {}}
            parcels.append(parcel)
        parcel["weight_g"] += weight_g
        parcel["articles"][sku] = parcel["articles"].get(sku, 0) + 1
    return {**order, "parcels": parcels}
