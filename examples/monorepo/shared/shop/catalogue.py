"""The products: read from CSV and checked when a function is built, loaded as JSON when it runs.

As a command: python3 -m shop.catalogue products.csv > catalogue.json
"""

import csv
import json
import sys
from pathlib import Path


def load(folder):
    """The compiled catalogue beside a handler: {sku: {"name", "ean", "price_cents", "weight_g"}}."""
    return json.loads(Path(folder, "catalogue.json").read_text(encoding="utf-8"))


def compile_csv(path):
    """Raises ValueError, with the line, for a product that cannot be sold."""
    products = {}
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        for row in rows:
            try:
                sku, product = _product(row)
                if sku in products:
                    raise ValueError(f"{sku} is there twice")
            except ValueError as error:
                raise ValueError(f"{path}:{rows.line_num}: {error}") from None
            products[sku] = product
    return products


def _product(row):
    price_cents, weight_g = int(row["price_cents"]), int(row["weight_g"])
    if price_cents <= 0 or weight_g <= 0:
        raise ValueError("price and weight are more than nothing")
    if not _is_ean13(row["ean"]):
        raise ValueError(f"{row['ean']} is not an EAN-13")
    return row["sku"], {"name": row["name"], "ean": row["ean"], "price_cents": price_cents, "weight_g": weight_g}


def _is_ean13(text):
    """GS1's check: digits weighted 1, 3, 1, 3, … add up to a multiple of ten."""
    if len(text) != 13 or not (text.isascii() and text.isdigit()):
        return False
    return sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(text)) % 10 == 0


def _main(arguments):
    if len(arguments) != 1:
        return "usage: python3 -m shop.catalogue products.csv > catalogue.json"
    try:
        products = compile_csv(arguments[0])
    except (OSError, ValueError) as error:
        return str(error)
    json.dump(products, sys.stdout, indent=1, sort_keys=True)
    return None


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
