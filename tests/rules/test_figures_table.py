"""What one timeline adds to the report, as a table: a short story, and the cells that it comes to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leadlight.model.figures import About, Cell, week_of
from leadlight.model.person import GateId, LeadId
from leadlight.model.site import ConsentMode, Gate, Manifest, Theme, Unlock
from leadlight.model.touch import Objective, Touch, TouchKind
from leadlight.rules.figures import COUNTED, figures_of, gates_of

MONDAY = datetime(2026, 1, 5, 8, tzinfo=UTC)  # 2026-W02
MAIL, FORM, OTHER = GateId("guides/mail"), GateId("guides/form"), GateId("talks/other")
GATES = {MAIL: About("guides", "lead"), FORM: About("guides"), OTHER: About("series", "lead")}
K = TouchKind
Story = Sequence[Touch]


def did(kind: TouchKind, hours: float = 0, *, gate: str = "", by: str | None = None, **facts: str) -> Touch:
    """Something that happened so many hours after that Monday morning."""
    name = f"{kind}/{hours}/{gate}/{sorted(facts.items())}"
    at = MONDAY + timedelta(hours=hours)
    return Touch(name, LeadId("anna"), kind, at, gate=GateId(gate) if gate else None, by=by, facts=facts)


def came(hours: float = 0, gate: str = MAIL, **facts: str) -> list[Touch]:
    """Somebody sends a form and confirms an hour later, which opens the gate."""
    return [
        did(K.CAPTURED, hours, gate=gate, unlock="email", **facts),
        did(K.CONFIRMED, hours + 1, gate=gate, opens=gate),
    ]


def mail(hours: float, slug: str = "01-why") -> Touch:
    """A follow-up that was sent."""
    return did(K.SENT, hours, what=f"step/course@v1/s/{slug}", sequence="course", step=slug)


def talk(hours: float, **facts: str) -> Touch:
    """A rep has written down how it went."""
    said = {"achieved": "no" if "why_not" in facts else "yes", **facts}
    return replace(did(K.OUTCOME, hours, by="rosa", **said), objective=Objective.ADVANCE)


def moved(hours: float, to: str, before: str = "lead") -> Touch:
    return did(K.STAGE_CHANGED, hours, **{"from": before, "to": to})


def cells(story: Story, *abouts: str) -> set[str]:
    """The cells about these, without their week where that is the first, and their count where it is 1."""
    found = figures_of(story, gates=GATES)
    parts = [(Cell.of(name), count) for name, count in found.items()]
    return {
        (f"{cell.week} " if cell.week != "2026-W02" else "") + f"{cell.about} {cell.what}" + f" x{count}" * (count > 1)
        for cell, count in parts
        if any(cell.about == about or cell.about.startswith(f"{about}/") for about in abouts)
    }


DAY, WEEK = 24, 168
REPLY = {"from": "lead"}
GOT = ("submitted", "confirmed", "unlocked")

FUNNEL: dict[str, tuple[Story, set[str]]] = {
    "a form that nobody confirms": (
        [did(K.CAPTURED, gate=MAIL, unlock="email")],
        {"gate/guides/mail submitted", "path/guides submitted", "buyer/lead submitted"},
    ),
    "a form that opens at once": (
        [did(K.CAPTURED, gate=FORM, unlock="form")],
        {f"{about} {what}" for about in ("gate/guides/form", "path/guides") for what in ("submitted", "unlocked")},
    ),
    "a second gate of the same path counts for itself, and for the path no second time": (
        [*came(), *came(WEEK, FORM)],
        {f"{about} {what}" for about in ("gate/guides/mail", "path/guides", "buyer/lead") for what in GOT}
        | {f"2026-W03 gate/guides/form {what}" for what in GOT},
    ),
    "what comes of it counts for the gate that was confirmed first": (
        [did(K.CAPTURED, gate=OTHER), *came(2, FORM), *came(4, MAIL), did(K.ASKED, 5, gate=MAIL), moved(WEEK, "lost")],
        {"gate/guides/form talked", "path/guides talked", "2026-W03 gate/guides/form lost", "2026-W03 path/guides lost"}
        | {f"gate/{gate} {what}" for gate in (MAIL, FORM) for what in GOT}
        | {f"path/guides {what}" for what in GOT}
        | {f"buyer/lead {what}" for what in GOT}
        | {"gate/talks/other submitted", "path/series submitted"},
    ),
    "a rep opens two gates with one word": (
        [did(K.CLAIMED, opens="guides/mail\nguides/form")],
        {"gate/guides/mail unlocked", "gate/guides/form unlocked", "path/guides unlocked", "buyer/lead unlocked"},
    ),
    "a trial that was begun is no download": (
        [did(K.DOWNLOADED, gate=FORM, file="trial"), did(K.DOWNLOADED, 24, gate=FORM, file="trial")],
        {"gate/guides/form tried", "path/guides tried"},
    ),
    "a file beside a trial is one": (
        [did(K.DOWNLOADED, gate=FORM, file="trial"), did(K.DOWNLOADED, 1, gate=FORM, file="guide.pdf")],
        {f"{about} {what}" for about in ("gate/guides/form", "path/guides") for what in ("tried", "downloaded")},
    ),
    "a gate that is gone keeps its id and its folder": (
        [did(K.DOWNLOADED, gate="old/page"), did(K.DOWNLOADED, 1, gate="pricing")],
        {"gate/old/page downloaded", "path/old downloaded", "gate/pricing downloaded"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("story", "found"), FUNNEL.values(), ids=FUNNEL)
def test_how_far_a_lead_gets_counts_once_for_each_gate_path_and_buyer(story: Story, found: set[str]) -> None:
    assert cells(story, "gate", "path", "buyer") == found


SITE: dict[str, tuple[Story, set[str]]] = {
    "won without a word of an opportunity": (
        [moved(0, "customer"), moved(WEEK, "repeat", "customer")], {"opportunity", "won"}),
    "an opportunity counts when it becomes one": (
        [moved(-WEEK, "opportunity"), moved(0, "customer")], {"2026-W01 opportunity", "won"}),
    "somebody of a list": ([did(K.IMPORTED, source="import/fair")], {"added"}),
    "a rep was not reached, and nobody talked": ([talk(0, why_not="not-reached")], {"untimed"}),
    "an unconfirmed question is none": ([did(K.ASKED, confirmed="no")], set()),
    "somebody else's reply is none": ([did(K.REPLIED, **{"from": "other"})], set()),
    "leaving and complaining is leaving once": ([did(K.UNSUBSCRIBED), did(K.COMPLAINED, 1)], {"stopped"}),
    "mails and minutes before the sale and after it": (
        [mail(0), mail(1, "02"), talk(2, minutes="30"), moved(2, "customer"), mail(3), talk(4, minutes="5"), talk(5)],
        {"mails x2", "minutes x30", "talked", "opportunity", "won", "mails_kept", "minutes_kept x5", "untimed_kept"}),
    "a step that is no sale ends nothing": ([mail(0), moved(1, "prospect"), mail(2)], {"mails x2"}),
    "a talk of no minutes costs none, and a note by itself neither": (
        [talk(0, minutes="0"), did(K.NOTED, 1, objections="price")], {"talked"}),
    "what was added later gives the minutes of the contact": (
        [talk(0), did(K.NOTED, 1, outcome=talk(0).id, minutes="10"), did(K.NOTED, 2, outcome=talk(0).id, minutes="15")],
        {"minutes x15", "talked"}),
    "the week is the one in UTC": ([did(K.UNSUBSCRIBED, -8.01)], {"2026-W01 stopped"}),
}  # fmt: skip


@pytest.mark.parametrize(("story", "found"), SITE.values(), ids=SITE)
def test_what_the_whole_site_counts(story: Story, found: set[str]) -> None:
    told = {name.replace("site ", "") for name in cells(story, "site")}

    assert told == found


SOURCES: dict[str, tuple[Story, set[str]]] = {
    "nobody knows": (came(), {"direct"}),
    "the first campaign, not the last": ([*came(source="paper/may"), *came(9, FORM, source="direct")], {"paper/may"}),
    "a list before their form": ([did(K.IMPORTED, -1, source="import/fair"), *came(source="paper")], {"import/fair"}),
}  # fmt: skip


@pytest.mark.parametrize(("story", "found"), SOURCES.values(), ids=SOURCES)
def test_a_lead_counts_for_its_first_source(story: Story, found: set[str]) -> None:
    assert {line.split(" ")[-2] for line in cells(story, "source")} == {f"source/{name}" for name in found}


def test_a_cohort_is_the_week_of_the_first_confirmation_and_goes_on() -> None:
    story = [*came(), did(K.ASKED, WEEK), moved(2 * WEEK, "customer")]

    assert cells(story, "cohort") == {
        "cohort/2026-W02 confirmed", "cohort/2026-W02 unlocked", "2026-W03 cohort/2026-W02 talked",
        "2026-W04 cohort/2026-W02 opportunity", "2026-W04 cohort/2026-W02 won",
    }  # fmt: skip


def test_a_cohort_is_of_the_confirmation_and_what_opened_nothing_is_not_unlocked() -> None:
    story = [did(K.CAPTURED), did(K.CONFIRMED, WEEK, gate=MAIL)]

    assert cells(story, "cohort") == {"2026-W03 cohort/2026-W03 confirmed"}


def test_a_gate_belongs_to_its_series_else_to_its_first_folder() -> None:
    page = Gate(
        "a/", "A", Unlock.EMAIL, (), (), ConsentMode.OPTIONAL, "", 9, 9, 1, "", "", series="course", buyer="cto"
    )
    gates = {"guides/a": page, "guides/deep/b": replace(page, series=None, buyer=None), "c": replace(page, series=None)}

    known = {GateId(name): gate for name, gate in gates.items()}

    found = gates_of(Manifest(1, "", "", "", "en", Theme(), known, {}, {}, "", "", ""))

    assert [*found.values()] == [About("course", "cto"), About("guides", ""), About("", "cto")]


STEPS: dict[str, tuple[Story, set[str]]] = {
    "nothing came of it": ([mail(0)], {"01-why sent"}),
    "a reply within a week": ([mail(0), did(K.REPLIED, WEEK, **REPLY)], {"01-why sent", "01-why progressed"}),
    "a reply later": ([mail(0), did(K.REPLIED, WEEK + 1, **REPLY)], {"01-why sent"}),
    "a late reply that names the mail": (
        [mail(0), did(K.REPLIED, 3 * WEEK, what="step/course@v1/s/01-why", **REPLY)],
        {"01-why sent", "01-why progressed"}),
    "the latest mail has it": (
        [mail(0), mail(DAY, "02-how"), did(K.ASKED, 2 * DAY)], {"01-why sent", "02-how sent", "02-how progressed"}),
    "the mail that is named has it": (
        [mail(0), mail(DAY, "02-how"), did(K.OFFER_ANSWERED, 2 * DAY, answer="accepted", ref="course@v1/s/01-why")],
        {"01-why sent", "02-how sent", "01-why progressed"}),
    "a rep who spoke with them has it": ([mail(0), talk(1), moved(2, "prospect")], {"01-why sent"}),
    "a rep who reached nobody does not": (
        [mail(0), talk(1, why_not="not-reached"), did(K.ASKED, 2)], {"01-why sent", "01-why progressed"}),
    "a rep who spoke with them in that very moment, too": ([mail(0), talk(1), moved(1, "prospect")], {"01-why sent"}),
    "a step back is no progress": ([mail(0), moved(1, "lost", "opportunity")], {"01-why sent"}),
    "nor is a small one": ([mail(0), moved(1, "prospect", "opportunity")], {"01-why sent"}),
    "nor is to be where everybody begins": ([mail(0), moved(1, "lead", "lost")], {"01-why sent"}),
    "a word about how it was is": ([mail(0), did(K.SATISFACTION, 1)], {"01-why sent", "01-why progressed"}),
    "whoever comes back from the lost begins anew": (
        [mail(0), moved(1, "prospect", "lost")], {"01-why sent", "01-why progressed"}),
    "the first confirmation is none, another is": (
        [mail(0), *came(1), *came(2, FORM)], {"01-why sent", "01-why progressed"}),
    "a wish for a call is": (
        [mail(0), did(K.CALL_WANTED, 1, call="now")], {"01-why sent", "01-why progressed"}),
    "a wish that was taken back is none": (
        [mail(0), did(K.CALL_WANTED, 1, call="now"), did(K.CALL_WANTED, 2, call="no")], {"01-why sent"}),
    "a wish that a call had met stays one": (
        [mail(0), did(K.CALL_WANTED, 1, call="now"), talk(2), did(K.CALL_WANTED, 3, call="no")],
        {"01-why sent", "01-why progressed"}),
    "a wish not to be called is none": ([mail(0), did(K.CALL_WANTED, 1, call="no")], {"01-why sent"}),
    "a trial and a booking are": (
        [mail(0), did(K.FACT, 1, name="trial.used"), mail(WEEK, "02"), did(K.FACT, WEEK, name="booking")],
        {"01-why sent", "01-why progressed", "2026-W03 02 sent", "2026-W03 02 progressed"}),
    "progress counts in the week of the mail": (
        [mail(6 * DAY), did(K.ASKED, 8 * DAY)], {"01-why sent", "01-why progressed"}),
    "leaving is put down to the latest mail, also when a rep called since": (
        [mail(0), talk(1), did(K.UNSUBSCRIBED, 2)], {"01-why sent", "01-why stopped"}),
    "a complaint names its mail": (
        [mail(0), mail(1, "02"), did(K.COMPLAINED, 2, what="step/course@v1/s/01-why")],
        {"01-why sent", "02 sent", "01-why stopped"}),
    "left out, and given to the rep": (
        [did(K.SKIPPED, sequence="course", step="03", reason="late"),
         did(K.SKIPPED, 1, sequence="course", step="04", reason="handed to the rep"),
         did(K.SKIPPED, 2, what="mail/x"), did(K.SKIPPED, 3, sequence="course")],
        {"03 skipped", "04 handed"}),
    "parked, and nobody knows": ([did(K.PARKED, what="step/course@v1/s/01")], {"01 parked"}),
    "parked, then found sent": ([did(K.PARKED, what="step/course@v1/s/01-why"), mail(0)], {"01-why sent"}),
    "parked, then found unsent": (
        [did(K.PARKED, what="step/course@v1/s/01"), did(K.RESOLVED, 1, what="step/course@v1/s/01", found="unsent")],
        set()),
    "the mail with the link is no step": ([did(K.SENT, what="mail/optin/x")], set()),
}  # fmt: skip


@pytest.mark.parametrize(("story", "found"), STEPS.values(), ids=STEPS)
def test_what_a_follow_up_effects(story: Story, found: set[str]) -> None:
    assert {name.replace("step/course/", "") for name in cells(story, "step")} == found


PAGES: dict[str, tuple[Story, set[str]]] = {
    "read twice is read once": ([did(K.READ, gate=MAIL), did(K.READ, DAY, gate=MAIL)], {"guides/mail read"}),
    "a second reading may be the one that moves, and counts in the week of the first": (
        [did(K.READ, gate=MAIL), did(K.READ, WEEK, gate=MAIL), did(K.ASKED, WEEK + DAY)],
        {"guides/mail read", "guides/mail progressed"}),
    "each page read within the week has a part in it": (
        [did(K.READ, gate=MAIL), did(K.READ, 1, gate=FORM), did(K.ASKED, 2)],
        {f"guides/{name} {what}" for name in ("mail", "form") for what in ("read", "progressed")}),
    "confirming a page is no progress of its own": (
        [*came(), did(K.READ, 1, gate=MAIL), *came(2, FORM), did(K.READ, 3, gate=FORM)],
        {"guides/mail read", "guides/mail progressed", "guides/form read"}),
    "nor is confirming the first page, or one anew": (
        [did(K.READ, gate=FORM), *came(1), *came(3)], {"guides/form read"}),
    "nor is reading another": (
        [*came(), *(did(K.READ, 2 + n, gate=gate) for n, gate in enumerate((MAIL, FORM)))],
        {"guides/mail read", "guides/form read"}),
    "nor is what a rep has written down": ([did(K.READ, gate=MAIL), talk(1)], {"guides/mail read"}),
    "a question at a page is, also before anything is confirmed": (
        [did(K.READ, gate=FORM), did(K.ASKED, 1, gate=FORM)], {"guides/form read", "guides/form progressed"}),
    "a mail that was read is no page": ([did(K.READ, what="step/course@v1/s/01")], set()),
}  # fmt: skip


@pytest.mark.parametrize(("story", "found"), PAGES.values(), ids=PAGES)
def test_what_a_page_effects(story: Story, found: set[str]) -> None:
    assert {name.replace("page/", "") for name in cells(story, "page")} == found


def test_a_mail_of_no_step_that_was_left_out_counts_for_nothing() -> None:
    assert figures_of([did(K.SKIPPED, what="mail/x")], gates=GATES) == {}


REPS: dict[str, tuple[Story, set[str]]] = {
    "a talk that achieved something": (
        [*came(), talk(2, channel="call", minutes="20")],
        {"contact/advance/call contacts", "contact/advance/call achieved", "contact/advance/call minutes x20",
         "person/rosa contacts", "person/rosa achieved", "person/rosa minutes x20", "wait/2h first"}),
    "why not, and what they object, with the page": (
        [*came(), talk(2, why_not="objection", objections="price,trust")],
        {"contact/advance/unsaid contacts", "person/rosa contacts", "wait/2h first"}
        | {f"{name}{at} named" for name in ("why/objection", "objection/price", "objection/trust")
           for at in ("", "@guides/mail")}),
    "an objection that is added later counts once": (
        [talk(0, objections="price"), did(K.NOTED, 1, outcome=talk(0, objections="price").id, objections="price,trust"),
         did(K.NOTED, 2, objections="price")],
        {"contact/advance/unsaid contacts", "contact/advance/unsaid achieved", "person/rosa contacts",
         "person/rosa achieved", "objection/price named x2", "objection/trust named"}),
    "who was not reached still waits": (
        [*came(), talk(2, why_not="not-reached"), did(K.CALL_WANTED, 3, call="now"), talk(1 + 24, why_not="no-need")],
        {"contact/advance/unsaid contacts x2", "person/rosa contacts x2", "why/not-reached named", "why/no-need named",
         "why/not-reached@guides/mail named", "why/no-need@guides/mail named", "wait/1d first"}),
    "a contact in the moment of the confirmation": (
        [*came(), replace(talk(1), by=None)], {"contact/advance/unsaid contacts", "contact/advance/unsaid achieved",
        "wait/5m first"}),
    "a wish before the confirmation": (
        [did(K.CALL_WANTED, 0, call="now"), *came(48), replace(talk(50), by=None)],
        {"contact/advance/unsaid contacts", "contact/advance/unsaid achieved", "wait/3d first"}),
    "a wish not to be called before it": (
        [did(K.CALL_WANTED, 0, call="no"), *came(48), replace(talk(50), by=None)],
        {"contact/advance/unsaid contacts", "contact/advance/unsaid achieved", "wait/2h first"}),
    "a wish for a call before the confirmation": (
        [did(K.CALL_WANTED, 0, call="now"), *came(1), talk(30 * DAY)],
        {"2026-W06 contact/advance/unsaid contacts", "2026-W06 contact/advance/unsaid achieved",
         "2026-W06 person/rosa contacts", "2026-W06 person/rosa achieved", "2026-W06 wait/later first"}),
}  # fmt: skip


@pytest.mark.parametrize(("story", "found"), REPS.values(), ids=REPS)
def test_what_reps_do_and_hear(story: Story, found: set[str]) -> None:
    assert cells(story, "contact", "person", "why", "objection", "wait") == found


def test_what_no_figure_depends_on_need_not_be_asked_about() -> None:
    everything = [
        touch for part in (FUNNEL, SITE, SOURCES, STEPS, PAGES, REPS) for story, _ in part.values() for touch in story
    ]

    assert {touch.kind for touch in everything} - COUNTED == set()
    assert figures_of([did(kind, gate=MAIL, what="step/a@1/s/b") for kind in set(K) - COUNTED], gates=GATES) == {}


@pytest.mark.parametrize(("at", "week"), [(MONDAY, "2026-W02"), (datetime(2021, 1, 3, tzinfo=UTC), "2020-W53")])
def test_a_week_is_named_by_its_iso_year(at: datetime, week: str) -> None:
    assert week_of(at) == week
