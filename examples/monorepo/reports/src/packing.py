"""How heavy the parcels are: what the carrier is asked to offer for."""

import os

LIGHT_G = int(os.environ.get("LIGHT_PARCEL_G", "2000"))


def handler(event, context):
    """Takes {"orders": [{"parcels": [{"weight_g"}, ...]}, ...]}; returns {"light", "heavy", "weight_g"}."""
    weights = [parcel["weight_g"] for order in event["orders"] for parcel in order["parcels"]]
    light = sum(weight_g <= LIGHT_G for weight_g in weights)
    return {"light": light, "heavy": len(weights) - light, "weight_g": sum(weights)}
