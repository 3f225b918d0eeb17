"""Does the team fit the site? Warnings about `team.yml` for `leadlight check`; called with what the site has.

A lead that nobody is meant for still gets a rep, so nothing here is a mistake.
"""

from __future__ import annotations

import pathlib
from collections.abc import Collection, Iterable, Iterator, Mapping

from leadlight.errors import Problem
from leadlight.model.site import Form
from leadlight.model.team import Team
from leadlight.playbook.findings import listed, nearest
from leadlight.playbook.front import GateFront
from leadlight.playbook.written import Written, read_yaml, text_of

_NOBODYS = frozenset({"example.com", "example.org", "example.net"})
"""Kept for examples by RFC 2606. The ending `.example` is not meant: a try on one machine may well have it."""


def uncovered(
    path: pathlib.Path, team: Team, *, gates: Iterable[GateFront], forms: Mapping[str, Form], languages: Collection[str]
) -> Iterator[Problem]:
    """What could be better about the team of that file, which may be missing."""
    if not path.exists():
        return
    written = read_yaml(text_of(path), file=str(path))
    yield from _unspoken(written, team, languages)
    yield from _products(written, team, tuple(gates))
    yield from _sizes(written, team, forms)
    yield from _territories(written, team)
    yield from _nobodys(written, team)
    if not team.company.postal:
        message = (
            "`postal` is missing: each mail's footer must say where you are (CAN-SPAM); write `postal: 1 Lane, Town`"
        )
        yield written.problem(("company",), message)


def _unspoken(written: Written, team: Team, languages: Collection[str]) -> Iterator[Problem]:
    spoken = {language for person in team.people if person.capacity for language in person.languages}
    if missing := [language for language in sorted(languages) if language not in spoken]:
        message = f"the site speaks {listed(missing)}, and nobody who takes leads does: add it to somebody's"
        yield written.problem(("people",), f"{message} `languages`, or they go to anybody")


def _products(written: Written, team: Team, gates: tuple[GateFront, ...]) -> Iterator[Problem]:
    known = sorted({gate.id for gate in gates} | {topic for gate in gates for topic in gate.topics})
    for place, person in enumerate(team.people):
        for product in person.products:
            folder = product.endswith("/") and any(gate.id.startswith(product) for gate in gates)
            if product not in known and not folder:
                message = f"no gate has the id or the topic `{product}`{nearest(product, known)}"
                yield written.problem(("people", place, "products"), message)


def _sizes(written: Written, team: Team, forms: Mapping[str, Form]) -> Iterator[Problem]:
    asked = [field for form in forms.values() for field in form.fields if field.name == "size"]
    choices = sorted({choice for field in asked for choice in field.choices})
    free = any(not field.choices for field in asked)
    for place, person in enumerate(team.people):
        for size in person.sizes:
            where = ("people", place, "sizes")
            if not asked:
                yield written.problem(where, "no form has a field called `size`, so no lead will ever say one")
                break
            if not free and size.casefold() not in {choice.casefold() for choice in choices}:
                yield written.problem(where, f"no form offers the size `{size}`{nearest(size, choices)}")


def _nobodys(written: Written, team: Team) -> Iterator[Problem]:
    """Addresses that examples have, as `leadlight new` writes one: nobody reads what is sent there."""
    for place, person in enumerate(team.people):
        if person.email.rpartition("@")[2].lower() in _NOBODYS:
            message = f"nobody reads mail to `{person.email}`, so leads would wait: write the address of {person.name}"
            yield written.problem(("people", place, "email"), message)


def _territories(written: Written, team: Team) -> Iterator[Problem]:
    able = [person for person in team.people if person.capacity and not person.manager]
    if len(able) > 1 and all(person.territories for person in able):
        message = "everybody has territories, so a lead from elsewhere goes to anybody; leave somebody without"
        yield written.problem(("people",), message)
