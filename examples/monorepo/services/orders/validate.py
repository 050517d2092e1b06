"""First step of the checkout: is this an order at all?"""

MOST_OF_ONE_ARTICLE = 100


class InvalidOrder(ValueError):
    """The workflow matches this name, and tells the customer."""


def handler(order, context):
    """Returns the order with equal articles on one line; raises InvalidOrder."""
    for field in ("id", "customer", "lines"):
        if not order.get(field):
            raise InvalidOrder(f"an order without {field}")
    quantities = {}
    for line in order["lines"]:
        sku, quantity = line.get("sku"), line.get("quantity")
        if not sku or not isinstance(quantity, int) or quantity < 1:
            raise InvalidOrder(f"{line}: a line has an article and a quantity from one")
        quantities[sku] = quantities.get(sku, 0) + quantity
    for sku, quantity in quantities.items():
        if quantity > MOST_OF_ONE_ARTICLE:
            raise InvalidOrder(f"{sku}: at most {MOST_OF_ONE_ARTICLE} of one article")
    return {**order, "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]}
