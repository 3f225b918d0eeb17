"""Is this an address that somebody throws away in a minute? Asked of gates that take none such.

It depends on the domain alone, as it was typed: nobody learns from it who is known.
"""

from __future__ import annotations


def is_disposable(address: str) -> bool:
    """Whether its domain, or one above it, is on the list of those that anybody may read mail at.

    >>> [is_disposable(f"anna@{domain}") for domain in ("mailinator.com", "x.Mailinator.com", "example.com")]
    [True, True, False]
    """
    from disposable_email_domains import blocklist  # noqa: PLC0415 a long list, wanted by few gates

    labels = address.rpartition("@")[2].lower().rstrip(".").split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))
