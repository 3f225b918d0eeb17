"""What would a deploy change? Called by `leadlight deploy --plan`; needs no credentials and asks nobody.

The site is built, the template read, and both compared with the record of the last deploy, if there is one here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap

from leadlight import __version__
from leadlight.errors import OperatorMustFix
from leadlight.gate.build import build_site
from leadlight.publish.objects import bundle_objects, site_objects
from leadlight.publish.order import Order, address_of, allowing, effective
from leadlight.publish.package import Packed, package
from leadlight.publish.record import Change, How, Item, Record, compare, place_of, read_record, sections_of
from leadlight.publish.template import read_template

WIDTH = 110
_SIGNS: Mapping[How, str] = {"added": "+", "changed": "~", "removed": "-"}


@dataclass(frozen=True, slots=True)
class Plan:
    """`record` is what a deploy would leave behind, `before` what the last one did. `open` is what it lacks."""

    record: Record
    before: Record | None
    changes: tuple[Change, ...]
    open: tuple[str, ...]


def plan(order: Order) -> Plan:
    """Builds into a folder of its own and compares. Raises `BadPlaybook`, `Leak`, `OperatorMustFix`."""
    template = read_template()
    before = read_record(place_of(order.out, order.stack))
    known = {name: item.version for name, item in before.sections["parameters"].items()} if before else {}
    values = order.values(template, known)
    parameters = effective(template, values, known)
    address = address_of(parameters) or (before.site_url if before else "")
    packed, lacking = _packages(order.out)
    with TemporaryDirectory(prefix="leadlight-plan-") as folder:
        site, bundle = Path(folder, "site"), Path(folder, "bundle")
        built = build_site(order.config_file, site, bundle, site_url=address or None)
        objects = (site_objects(site), bundle_objects(bundle))
        parameters = effective(template, {**allowing(built.manifest.inline), **values}, known)
        sections = sections_of(template, parameters, packed, built.manifest, objects)
    questions = (f"{name} needs a value: {what}" for name, what in order.unanswered(template, known).items())
    record = Record(order.stack, __version__, address, sections)
    compared = {**sections, "functions": before.sections["functions"]} if before and lacking else sections
    changes = compare(before, Record(order.stack, __version__, address, compared))
    return Plan(record, before, changes, (*lacking, *questions))


def lines(found: Plan) -> Iterator[str]:
    """The plan for people, section by section: what would be different, and how much stays."""
    before = found.before
    since = f"compared with the deploy of {before.at[:16].replace('T', ' ')} UTC" if before else "nothing deployed yet"
    yield f"Stack {found.record.stack}, {since}."
    yield f"Address: {found.record.site_url or 'made by the first deploy'}"
    for section, things in found.record.sections.items():
        changes = [each for each in found.changes if each.section == section]
        if not (things or changes):
            continue  # nothing, or nobody knows: the end of the plan says so
        yield ""
        yield f"{section}: {_counts(changes, len(things))}"
        known = {**(before.sections.get(section, {}) if before else {}), **things}
        yield from _by_type(changes, known) if section == "resources" else _one_by_one(changes, known)
    if found.open:
        yield ""
    yield from found.open


def _packages(out: Path) -> tuple[tuple[Packed, ...], tuple[str, ...]]:
    """The functions' packages, if all they need was fetched before; else why there are none."""
    what = "functions: unknown until `leadlight package` has fetched what they need"
    if not (out / ".wheels").is_dir():
        return (), (f"{what}.",)
    try:
        return package(out), ()
    except OperatorMustFix as wrong:
        return (), (f"{what}: {wrong}",)


def _counts(changes: list[Change], total: int) -> str:
    said = {how: sum(each.how == how for each in changes) for how in _SIGNS}
    same = total - said["added"] - said["changed"]
    return ", ".join([*(f"{number} {how}" for how, number in said.items() if number), f"{same} unchanged"])


def _by_type(changes: list[Change], known: Mapping[str, Item]) -> Iterator[str]:
    """Resources are many: those of a type together, in lines that fit a terminal."""
    kinds = sorted({(each.how, known[each.name].note) for each in changes})
    for how, kind in kinds:
        names = sorted(each.name for each in changes if (each.how, known[each.name].note) == (how, kind))
        yield from wrap(f"  {_SIGNS[how]} {kind}: {', '.join(names)}", WIDTH, subsequent_indent=" " * 6)


def _one_by_one(changes: list[Change], known: Mapping[str, Item]) -> Iterator[str]:
    width = max((len(each.name) for each in changes), default=0)
    for each in changes:
        item = known[each.name]
        size = f"{item.size / 1000:,.1f} kB" if item.size is not None else ""
        said = (item.version or "none", size, item.note) if each.how != "removed" else ()
        yield f"  {_SIGNS[each.how]} {each.name:<{width}}  {'  '.join(filter(None, said))}".rstrip()
