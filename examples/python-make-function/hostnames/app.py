"""Turns host names as people write them into the names that the domain name system knows."""

import idna


def handler(event, context):
    """Takes {"names": [text, ...]}; returns {"valid": {name: ASCII name}, "invalid": {name: reason}}."""
    valid, invalid = {}, {}
    for name in event["names"]:
        try:
            valid[name] = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            invalid[name] = str(error)
    return {"valid": valid, "invalid": invalid}
