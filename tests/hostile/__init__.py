"""Attacks by bytes: forged store entries and mutated input files."""
