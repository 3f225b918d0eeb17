"""Who a person is, kept so that it can be forgotten: lead ids, sealing and opening of personal fields.

Actors seal, backends store bytes. One AES-GCM key seals one blob, and at most a few times a line of it for `gathered`,
so a random 96-bit nonce is safe (NIST SP 800-38D § 8.2.2), and deleting the key erases the fields wherever copies lie.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import unicodedata
from collections.abc import Mapping
from datetime import timedelta

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from leadlight.errors import LostKey
from leadlight.model.person import CompanyId, LeadId, Sealed

Fields = Mapping[str, str]
"""Personal fields by name: `email` always, then whatever the form asked; `network` (truncated), `user_agent`."""

NORMALISATION = 1
"""Frozen: another way to normalise would give known people new ids."""


def normal_address(address: str) -> str:
    """The address as identity: NFC, lower case, IDNA domain; dots and plus tags stay (normalisation 1).

    >>> normal_address("Anna.Nowak+x@EXAMPLE.com")
    'anna.nowak+x@example.com'
    """
    local, _, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = domain.casefold()
    return f"{local.lower()}@{domain.lower()}"


def masked(address: str) -> str:
    """An address as its owner knows it again, and nobody else learns it; empty for none.

    >>> masked("anna.nowak@example.org")
    'a…@example.org'
    """
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if address else ""


def lead_id(address: str, key: bytes) -> LeadId:
    """128 bits of a keyed hash of the normalised address, base32. The key never rotates."""
    digest = hmac.new(key, f"{NORMALISATION}:{normal_address(address)}".encode(), hashlib.sha256).digest()
    return LeadId(base64.b32encode(digest[:16]).decode().rstrip("=").lower())


def company_id(domain: str, key: bytes) -> CompanyId:
    """The same of a company's domain (`rules.company.company_domain`); never that of an address of those letters."""
    digest = hmac.new(key, f"company/{NORMALISATION}:{domain}".encode(), hashlib.sha256).digest()
    return CompanyId(base64.b32encode(digest[:16]).decode().rstrip("=").lower())


def seal(fields: Fields, *, key_id: str, secret: bytes, owner: LeadId) -> Sealed:
    """The fields as one blob that only `secret` opens, and only for `owner`."""
    nonce = os.urandom(12)
    blob = nonce + AESGCM(secret).encrypt(nonce, msgspec.json.encode(dict(fields)), owner.encode())
    return Sealed(key_id, blob)


def unseal(sealed: Sealed, *, secrets: Mapping[str, bytes], owner: LeadId) -> Fields:
    """The fields again. Raises `LostKey` when the key is gone, was swapped, or the blob belongs to another lead."""
    secret = secrets.get(sealed.key_id)
    if secret is None:
        raise LostKey(sealed.key_id)
    try:
        plain = AESGCM(secret).decrypt(sealed.blob[:12], sealed.blob[12:], owner.encode())
    except InvalidTag as error:
        raise LostKey(sealed.key_id) from error
    return msgspec.json.decode(plain, type=dict[str, str])


CODE_LIFE = timedelta(minutes=15)
"""How long after its mail the code of a request can be typed."""


def six_digits(capture: str, key: str) -> str:
    """The code of one request: derived, so a repeated mail carries the same one and nothing is stored."""
    digest = hmac.new(key.encode(), f"code:{capture}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"
