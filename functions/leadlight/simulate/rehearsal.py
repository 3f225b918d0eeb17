"""What would happen to these people, from that day on? Plays a story against the real handlers; called by the CLI.

Whoever shows a rehearsal (as text, as JSON, as a page) gets everything of it: the timeline, the mails as they would
look, each lead with its touches and its plan, and what must not have happened.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from leadlight.local.files import LocalFiles
from leadlight.local.mailer import Carried
from leadlight.model.sequence import Wait, WaitUnit
from leadlight.model.site import Manifest
from leadlight.model.team import Hours, Team
from leadlight.playbook.bundle import open_bundle
from leadlight.playbook.write import BundleWriter
from leadlight.ports import Services
from leadlight.rules.cadence import after
from leadlight.rules.mail_events import is_to_lead
from leadlight.simulate.browser import links_in
from leadlight.simulate.deeds import Reader
from leadlight.simulate.hostile import plan_of
from leadlight.simulate.invariants import INVARIANTS, NEVER, Observed, observe, violated
from leadlight.simulate.story import Deed, Event, Happening, Persona, RepWork, Story, moment_of
from leadlight.simulate.timeline import Chronicle, Entry, digest_of
from leadlight.simulate.world import NO_ANSWER_YET, World, listening

SCAN = timedelta(seconds=20)
"""How soon a scanner opens the links of a mail."""

BACK = timedelta(minutes=1)
"""How soon a mail to a dead address comes back."""

MOST_SURPRISES = 20

EVERY_NIGHT = timedelta(days=1)

DOES = {
    Happening.SCANNER: "a machine opens every link of every mail",
    Happening.BOUNCE: "every mail to a lead comes back",
    Happening.DUPLICATE_DELIVERY: "whatever wakes us does it twice",
    Happening.RESTART: "the process starts anew",
}

Deploy = Callable[[Path, Path], object]
"""Compiles the playbook in the first folder into the bundle in the second."""


@dataclass(frozen=True, slots=True)
class Cast:
    """A made-up lead at the end of a rehearsal. `observed` is None if it never got so far as to be stored."""

    persona: Persona
    observed: Observed | None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A story that was played from `start` to `until`. `mails` are all that were sent, to leads and to our people."""

    start: datetime
    until: datetime
    seed: int
    version: str  # of the bundle at the beginning
    timeline: tuple[Entry, ...]
    cast: tuple[Cast, ...]
    mails: tuple[Carried, ...]
    violations: tuple[str, ...]
    services: Services

    @property
    def digest(self) -> str:
        """The hash of the timeline."""
        return digest_of(self.timeline)

    @property
    def team(self) -> Team:
        """Who answers, at the end."""
        return open_bundle(self.services.files).team

    def mails_to(self, person: Persona) -> tuple[Carried, ...]:
        """What that lead has in its mailbox, oldest first."""
        found = next(cast.observed for cast in self.cast if cast.persona.address == person.address)
        mails = found.mails if found else ()
        return tuple(mail for mail in mails if is_to_lead(mail.tag.partition("/")[2]))


def rehearse(
    bundle: Path,
    story: Story,
    *,
    start: datetime,
    until: datetime,
    seed: int = 0,
    is_hostile: bool = False,
    deploy: Deploy | None = None,
) -> Rehearsal:
    """Plays the story. `bundle` is changed by holidays and deploys: give it a copy of its own."""
    plan = plan_of(seed) if is_hostile else ()
    manifest = open_bundle(LocalFiles(bundle)).manifest
    play = Play(
        World(bundle, manifest, at=start, seed=seed, plan=plan, tells=not is_hostile),
        story,
        deploy,
        is_hostile=is_hostile,
    )
    with listening(play.world.surprises):
        for _ in play.world.moments(until):
            play.look()
            if len(play.world.surprises) > MOST_SURPRISES:  # something is broken: the rest would be more of the same
                break
    return play.ended(start, until, seed, manifest.version)


class Play:
    """A story being played."""

    def __init__(self, world: World, story: Story, deploy: Deploy | None, *, is_hostile: bool) -> None:
        self.world, self._deploy = world, deploy
        self._zone = open_bundle(world.disk.files).team.hours.zone
        self._readers = [Reader(world, person, number, person.zone) for number, person in enumerate(story.people, 1)]
        self._chronicles = {person.address: Chronicle(person.address, person.zone) for person in story.people}
        self._violations: list[str] = []
        self._noticed = 0
        self._scans = world.doubled = is_hostile
        world.lazy_ticks = random.Random(world.seed) if is_hostile else None  # noqa: S311  # the same run again
        for event in story.world:
            self._plan(event)
        for reader in self._readers:
            world.later(world.start, lambda reader=reader: reader.attempt(reader.visit, "opens"))  # type: ignore[misc]  # mypy cannot type lambda defaults
            self._plan_deeds(reader)

    def look(self) -> None:
        """What is new, and whether everything is as it must be."""
        self._react()
        for reader in self._readers:
            lead = self.world.disk.store.lead(reader.id)
            if lead is not None:
                seen = observe(self.world.disk, lead, self.world.mails)
                self._chronicles[reader.persona.address].look(seen)
                self._violations += violated(seen, INVARIANTS if self.world.is_calm else NEVER)

    def ended(self, start: datetime, until: datetime, seed: int, version: str) -> Rehearsal:
        """Everything there is to tell."""
        for pending in self.world.pending:
            self.world.tell(
                "missed", f"{pending.what}: {self.world.waits_for.get(pending, NO_ANSWER_YET)}", who=pending.who
            )
        around = [Entry(told.at, told.who, told.what, "", told.why, self._zone) for told in self.world.told]
        own = [entry for chronicle in self._chronicles.values() for entry in chronicle.entries]
        cast = tuple(Cast(reader.persona, self._observed(reader)) for reader in self._readers)
        wrong = (*self._violations, *(f"nothing_breaks: {surprise}" for surprise in self.world.surprises))
        return Rehearsal(
            start=start,
            until=until,
            seed=seed,
            version=version,
            timeline=tuple(sorted([*around, *own], key=lambda entry: entry.at)),
            cast=cast,
            mails=tuple(self.world.mails),
            violations=tuple(dict.fromkeys(wrong)),
            services=self.world.disk,
        )

    def _observed(self, reader: Reader) -> Observed | None:
        lead = self.world.disk.store.lead(reader.id)
        return observe(self.world.disk, lead, self.world.mails) if lead else None

    def _plan_deeds(self, reader: Reader) -> None:
        at, zone = self.world.start, reader.zone or self._zone
        for deed in reader.persona.does:
            at = moment_of(deed.when, start=self.world.start, before=at, zone=zone)
            self.world.later(at, lambda deed=deed: self._do(reader, deed))  # type: ignore[misc]  # the same

    def _do(self, reader: Reader, deed: Deed) -> None:
        reader.attempt(reader.doing(deed), str(deed.verb))

    def _plan(self, event: Event) -> None:
        """Puts an event of the world on the agenda."""
        at = moment_of(event.when, start=self.world.start, before=self.world.start, zone=self._zone)
        match event.kind:
            case Happening.REP:
                self._plan_rep(event.rep)
            case Happening.RESTART if event.when is None:
                self.world.later(at, self._restart_nightly)
            case _:
                self.world.later(at, lambda: self._happen(event))

    def _happen(self, event: Event) -> None:
        world = self.world
        detail = event.detail
        match event.kind:
            case Happening.SCANNER:
                self._scans = True
            case Happening.BOUNCE:
                for reader in self._readers:
                    reader.close_the_mailbox()
            case Happening.OUTAGE:
                world.sleep(_end(event, world.now))
                detail = f"nothing of ours runs for {event.lasts}"
            case Happening.CARRIER_DOWN:
                world.carrier.fails_until(_end(event, world.now))
                detail = f"no mail is taken for {event.lasts}"
            case Happening.HOLIDAY:
                add_holiday(world.bundle, event.detail)
            case Happening.DEPLOY if self._deploy:
                self._deploy(Path(event.detail), world.bundle)
                detail = Path(event.detail).name
            case Happening.DUPLICATE_DELIVERY:
                world.doubled = True
            case Happening.RESTART:
                world.restart()
            case _:
                pass
        world.tell(str(event.kind), detail or DOES.get(event.kind, ""))

    def _restart_nightly(self) -> None:
        self.world.restart()
        self.world.later(self.world.now + EVERY_NIGHT, self._restart_nightly)

    def _plan_rep(self, work: RepWork | None) -> None:
        if work is None:
            return
        start = self.world.start
        taken = moment_of(work.takes_over, start=start, before=start, zone=self._zone)
        logged = moment_of(work.logs, start=start, before=taken, zone=self._zone) if work.logs else None
        for reader in self._readers:
            self._rep(reader, taken, "takes over", lambda reader=reader: reader.take_over(work))  # type: ignore[misc]  # the same
            if logged:
                self._rep(reader, logged, "logs an outcome", lambda reader=reader: reader.log(work))  # type: ignore[misc]  # the same

    def _rep(self, reader: Reader, at: datetime, what: str, doing: Callable[[], str | None]) -> None:
        self.world.later(at, lambda: reader.attempt(doing, f"the rep {what}"))

    def _react(self) -> None:
        """What the mails that went out since the last look lead to."""
        fresh, self._noticed = self.world.mails[self._noticed :], len(self.world.mails)
        for mail in fresh:
            if self._scans:
                self.world.later(self.world.now + SCAN, lambda mail=mail: self._scan(mail))  # type: ignore[misc]  # the same
            reader = next((r for r in self._readers if mail.tag.startswith(f"{r.id}/")), None)
            if reader and reader.dead_since and is_to_lead(mail.tag.partition("/")[2]):
                self.world.later(self.world.now + BACK, lambda reader=reader, mail=mail: reader.send_back(mail))  # type: ignore[misc]  # the same

    def _scan(self, mail: Carried) -> None:
        """A machine opens every link of a mail, as GET and as HEAD, and nothing may change by it."""
        before, trouble = self._stored(), len(self.world.trouble.happened)
        scanner = self.world.browser(999)
        links = links_in(mail.message, self.world.settings.site_url)
        for link in links:
            scanner.get(link, method="HEAD")
            scanner.get(link)
        if self._stored() != before and len(self.world.trouble.happened) == trouble:
            self._violations.append(
                f"looking_changes_nothing: the links of {mail.tag} were opened, and something changed"
            )
        self.world.tell("scanned", f"all links of “{mail.message['Subject']}” opened: {len(links)}")

    def _stored(self) -> list[object]:
        """Everything stored about everybody."""
        store = self.world.disk.store
        leads = sorted(store.leads(), key=lambda lead: lead.id)
        return [(lead, store.touches(lead.id), store.due_of(lead.id), store.ledger(lead.id)) for lead in leads]


def _end(event: Event, now: datetime) -> datetime:
    return after(event.lasts or Wait(1, WaitUnit.HOURS), now, Hours())


def add_holiday(bundle: Path, day: str) -> None:
    """The team does not work on that day: as if an operator had published it."""
    manifest = msgspec.json.decode((bundle / "manifest.json").read_bytes(), type=Manifest)
    team = msgspec.json.decode((bundle / manifest.team).read_bytes(), type=Team)
    hours = replace(team.hours, holidays=(*team.hours.holidays, day))
    writer = BundleWriter(bundle)
    path = writer.put_json("team", replace(team, hours=hours))
    at_hand: Mapping[str, str] = {name: text for name, text in manifest.at_hand.items() if name != manifest.team}
    writer.manifest(replace(manifest, team=path, at_hand=at_hand))
