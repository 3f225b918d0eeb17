"""Who answers, when they are at work, and how soon: `team.yml` as a fact. Read from the bundle by whoever acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from leadlight.model.sequence import Cap, OpenHours, Profile, Wait, WaitUnit


@dataclass(frozen=True, slots=True)
class Away:
    """Days on which somebody is not there, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the team.

    Leads are routed by `territories` (ISO 3166-1 countries), `languages`, `products` (topics or ids of gates, a folder
    with a slash at its end) and `sizes` (answers to the form's field `size`), where these name any; then evenly, by
    `capacity`: 2 gets twice as many as 1, 0 none by themselves. `hours` are somebody's own, else the team's.
    """

    id: str
    name: str
    email: str
    phone: str = ""
    title: str = ""
    languages: tuple[str, ...] = ("en",)
    booking: str = ""
    manager: bool = False
    marketer: bool = False  # hears what reps say about pages and steps
    territories: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    capacity: float = 1.0
    hours: Hours | None = None
    away: tuple[Away, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours: days, clock times, and the zone whose clock it is. `days`: 0 is Monday.

    `holidays` are ISO dates of one's own; `country` (ISO 3166-1 alpha-2, such as `GB`) adds those of a country.
    """

    zone: str = "UTC"
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    start: time = time(9, 0)
    end: time = time(17, 0)
    holidays: tuple[str, ...] = ()
    country: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    """Who is writing: the footer of each mail needs the postal address by law (CAN-SPAM § 7704(a)(5))."""

    name: str
    postal: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Costs:
    """What a touch costs us, in the team's currency: a mail by itself, and a minute of a rep's time."""

    currency: str = "EUR"
    mail: float = 0.001
    rep_minute: float = 0.8
    task_minutes: float = 10.0


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long a lead may wait for a rep to take it, in working time, before it goes to the next one, then the manager.

    `call` for who wants a call now, `hot` for who is hot otherwise, `other` for everybody else; None: for ever.
    """

    call: Wait | None = Wait(15, WaitUnit.MINUTES)
    hot: Wait | None = Wait(1, WaitUnit.HOURS)
    other: Wait | None = None


@dataclass(frozen=True, slots=True)
class Notices:
    """When reps are mailed. Within `quiet` (in the rep's zone) nothing is, and at its end one mail per lead.

    `call_breaks_quiet`: who wants a call now is told of at once all the same. `digest` is the time of the morning
    digest on working days, None for none.
    """

    quiet: OpenHours | None = None
    call_breaks_quiet: bool = True
    digest: time | None = time(8, 0)


@dataclass(frozen=True, slots=True)
class Team:
    """`hold` is how long a take-over keeps the plan waiting without an outcome, in working hours.

    `at_most` caps follow-up mails to one lead over all sequences; each cap counts.
    """

    company: Company
    people: tuple[Person, ...]
    hours: Hours = Hours()
    hold: Wait = Wait(16, WaitUnit.HOURS)
    at_most: tuple[Cap, ...] = ()
    profile: Profile = Profile.B2B
    costs: Costs = Costs()
    clocks: Clocks = Clocks()
    notices: Notices = Notices()

    def person(self, person_id: str | None) -> Person:
        """The person of that id, else the first one: a team is never without somebody to answer."""
        return next((p for p in self.people if p.id == person_id), self.people[0])

    @property
    def manager(self) -> Person:
        """Who is told when something was left lying: the first manager, else the first person."""
        return next((p for p in self.people if p.manager), self.people[0])
