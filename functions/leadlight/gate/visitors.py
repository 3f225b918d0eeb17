"""What will a visitor find otherwise than before? Compares two snapshots for `leadlight plan --against`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadlight.gate.snapshot import Met, Snapshot
from leadlight.model.person import GateId, Purpose
from leadlight.model.site import Field, Form, GateKind, Unlock
from leadlight.playbook.effects import Effect, arrow, mails, said
from leadlight.playbook.lint import TO_LEADS
from leadlight.playbook.promise import in_words

OPENS = {
    Unlock.EMAIL: "after the address is confirmed",
    Unlock.FORM: "at once with the form",
    Unlock.REP: "after a rep's approval",
}
KEEP = "who agreed before keeps the old words"


def for_visitors(before: Snapshot, after: Snapshot) -> tuple[Effect, ...]:
    """Gates that are new, gone or changed, paths, and the mails to leads outside sequences. News is told apart."""
    found = list[Effect]()
    for key in sorted(before.gates.keys() | after.gates.keys()):
        name, spoken = key
        old, new = before.gates.get(key), after.gates.get(key)
        subject = f"`{name}`" if spoken == after.language else f"`{name}` in `{spoken}`"
        if lines := tuple(_gate(key, old, new, before, after)):
            found.append(Effect(subject, lines))
    found += _paths(before.series, after.series)
    found += mails(before.playbook.messages, after.playbook.messages, TO_LEADS)
    return tuple(found)


def _gate(
    key: tuple[GateId, str], old: Met | None, new: Met | None, before: Snapshot, after: Snapshot
) -> Iterator[str]:
    if old is None and new is not None:
        yield (
            f"“{new.title}” was open, and has a gate now"
            if key in before.pages
            else f"“{new.title}” is a new page with a gate"
        )
        yield from _offer(new, after.language)
    elif new is None and old is not None:
        yield (
            "has no gate any more: everybody reads it whole" if key in after.pages else "is gone, and its gate with it"
        )
    elif old is not None and new is not None:
        yield from _page(old, new)
        yield from _asked(old.form, new.form)
        yield from _agreed(old.form, new.form)
        was, now = (_promised(each, after.language) for each in (old, new))
        if was != now:
            yield f"promise: {arrow(was, now)}; who agreed before is mailed no more than they were told"


def _offer(new: Met, language: str) -> Iterator[str]:
    """All that there is to know of a new gate."""
    yield f"opens {OPENS[new.unlock]}; about {new.withheld} % of the words are withheld"
    if new.kind is GateKind.WAITLIST:
        yield "keeps a list of who waits for it: nobody has written it yet"
    yield f"asks: {', '.join(_question(each) for each in new.form.fields)}"
    yield f"promise: “{_promised(new, language)}”"
    if new.files:
        yield f"downloads: {', '.join(new.files)}"
    if new.meter:
        yield f"free reads: {_meter(new)}"


def _page(old: Met, new: Met) -> Iterator[str]:
    if old.title != new.title:
        yield f"title {arrow(old.title, new.title)}"
    if old.address != new.address:
        yield f"address /{old.address} → /{new.address}: links to the old one break"
    yield from _opening(old, new)
    yield from (f"+ download {file}" for file in new.files if file not in old.files)
    for file in (name for name in old.files if name not in new.files):
        yield f"- download {file}: links to it in mails that were sent stop working"
    for key in ("series", "sequence", "buyer", "trial", "topics", "chapters"):
        if getattr(old, key) != getattr(new, key):
            yield f"{key} {_plain(getattr(old, key))} → {_plain(getattr(new, key))}"


def _opening(old: Met, new: Met) -> Iterator[str]:
    """What is kept, and what opens it."""
    if old.unlock != new.unlock:
        yield f"opens {OPENS[old.unlock]} → {OPENS[new.unlock]}"
    if old.kind is GateKind.WAITLIST and new.kind is not GateKind.WAITLIST:
        yield "is written now: everybody who waits for it is told, once"
    elif old.kind != new.kind:
        yield f"kind {old.kind} → {new.kind}"
    if old.withheld != new.withheld:
        yield f"withheld: {old.withheld} % → {new.withheld} % of the words"
    if old.meter != new.meter:
        yield f"free reads: {_meter(old)} → {_meter(new)}"


def _asked(old: Form, new: Form) -> Iterator[str]:
    was, now = ({each.name: each for each in form.fields} for form in (old, new))
    yield from (f"+ the form asks {_question(each)}" for name, each in now.items() if name not in was)
    yield from (f"- the form asks {name} no more" for name in was if name not in now)
    for name, field in now.items():
        if name in was and (lines := list(_question_changed(was[name], field))):
            yield f"~ {name}: {'; '.join(lines)}"
    if old.title != new.title or old.button != new.button:
        yield f"the form's title and button: {arrow(f'{old.title} / {old.button}', f'{new.title} / {new.button}')}"


def _question_changed(old: Field, new: Field) -> Iterator[str]:
    if old.required != new.required:
        yield "is required now" if new.required else "is a free choice now"
    for key in ("label", "help", "buys"):
        if getattr(old, key) != getattr(new, key):
            yield f"{key} {arrow(getattr(old, key), getattr(new, key))}"
    if old.type != new.type:
        yield f"type {old.type} → {new.type}"
    if (old.choices, old.shown) != (new.choices, new.shown):
        yield f"choices {said(old.choices)} → {said(new.choices)}"


def _agreed(old: Form, new: Form) -> Iterator[str]:
    if old.consent != new.consent:
        yield f"follow-ups are {_consent(old)} → {_consent(new)}"
    for purpose in dict.fromkeys([*old.wording, *new.wording]):
        was, now = old.wording.get(purpose), new.wording.get(purpose)
        if was is None:
            yield f"asks to agree to {_purpose(purpose)}: “{now}”"
        elif now is None:
            yield f"asks no more to agree to {_purpose(purpose)}"
        elif was != now:
            yield f"words for {_purpose(purpose)}: {arrow(was, now)}; {KEEP}"


def _paths(before: Mapping[str, tuple[str, ...]], after: Mapping[str, tuple[str, ...]]) -> Iterator[Effect]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, ()), after.get(name, ())
        if old != new:
            was, now = (" → ".join(each) or "none" for each in (old, new))
            yield Effect(f"path `{name}`", (f"was: {was}", f"is: {now}"))


def _promised(met: Met, language: str) -> str:
    return in_words(met.promise, language=language)


def _question(field: Field) -> str:
    return f"{field.name} (required)" if field.required and field.name != "email" else field.name


def _consent(form: Form) -> str:
    return "part of the exchange" if form.consent == "required" else "a free choice"


def _purpose(purpose: Purpose) -> str:
    return "what the address is used for" if purpose is Purpose.CONTENT else str(purpose)


def _meter(met: Met) -> str:
    return f"{met.meter.count} a {met.meter.per}" if met.meter else "none"


def _plain(value: object) -> str:
    if isinstance(value, tuple) and value and hasattr(value[0], "title"):
        return ", ".join(each.title for each in value)
    return said(value)
