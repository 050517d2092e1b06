"""Amounts of money: whole cents, rounded half up."""

from decimal import ROUND_HALF_UP, Decimal


def vat_cents(net_cents, percent):
    """The tax on a net amount; percent is a number or its text ("19", "5.5")."""
    return _whole(Decimal(net_cents) * Decimal(percent) / 100)


def share_cents(amount_cents, part, whole):
    """The part-th of whole of an amount: what is paid back when part of an order returns."""
    return _whole(Decimal(amount_cents) * part / whole) if whole else 0


def text(cents):
    """1234 -> "12.34"."""
    return f"{Decimal(cents) / 100:.2f}"


def _whole(amount):
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
