"""What the marketer's report says: computed by `rules.report` from the totals, shown by pages, command line and mail.

Every number is a sum of cells (see `model.figures`): a row's `about` is what its cells are about, and each field that
holds a count, or the `count` and `of` of a share, has the name of what its cells count, over the weeks of the report's
period. What is not such a sum says so. Counts are whole; money is in cents of the report's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from leadlight.model.figures import Funnel

ENOUGH = 10
"""Of fewer observations only counts are given, and no rate: nobody should act on a rate of three."""

SITE = "site"
"""What a row is about that is about the whole site."""


@dataclass(frozen=True, slots=True)
class Period:
    """ISO weeks in UTC, such as `2026-W03`, both included."""

    first: str
    last: str

    def __contains__(self, week: str) -> bool:
        return self.first <= week <= self.last

    @property
    def begins(self) -> date:
        """Its first Monday."""
        return _day(self.first, 1)

    @property
    def ends(self) -> date:
        """Its last Sunday."""
        return _day(self.last, 7)

    @property
    def weeks(self) -> int:
        """How many they are."""
        return (self.ends - self.begins).days // 7 + 1


def _day(week: str, day: int) -> date:
    return date.fromisocalendar(int(week[:4]), int(week[6:]), day)


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`, as whole numbers. `rate`, `low` and `high` are between 0 and 1.

    The interval is Wilson's, 95 %. All three are None where `of` is below `ENOUGH`, and where `count` is greater than
    `of`: then the two are not of the same leads, as at the edge of a period.
    """

    count: int
    of: int
    rate: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """How many got to one place of the funnel, and which share that is of those at `base`, the place it is taken of."""

    what: Funnel
    share: Share  # `count` counts `what`, `of` counts `base`; the first place is of itself
    base: Funnel | None

    @property
    def count(self) -> int:
        return self.share.count


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """How far people got. `about` is `site`, `path/<name>`, `buyer/<name>`, `gate/<id>` or `source/<label>`.

    `reached` has every place of `Funnel`, in order. Teaser reads and forms seen are strangers', not known by source; so
    are the reads that a meter gave them, `free`. `tried` is of the unlocked: leads that began a trial.
    """

    about: str
    title: str
    reached: tuple[Reached, ...]
    free: int = 0
    tried: Share = Share(0, 0)
    added: int = 0  # of a list or a rep's own day: they begin nowhere in the funnel
    lost: int = 0
    stopped: int = 0

    def count(self, what: Funnel) -> int:
        """How many got there."""
        return next(place.count for place in self.reached if place.what is what)


@dataclass(frozen=True, slots=True)
class WeekRow:
    """The whole site in one week, for charts; weeks without anything are there, too."""

    week: str
    counts: Mapping[Funnel, int]


@dataclass(frozen=True, slots=True)
class Waited:
    """`count` of all first contacts came at most so long (`WAITS`) after the lead could be spoken to.

    `within` adds up those that waited less.
    """

    at_most: str
    count: int
    within: Share


class Effect(StrEnum):
    """Whether something has effected progress, in the period and by the counts alone."""

    EFFECTED = "effected"
    NEVER = "never"  # not once, and it had `ENOUGH` chances
    FEW = "few"  # not once, of too few to say anything
    IDLE = "idle"  # it did not happen at all


@dataclass(frozen=True, slots=True)
class StepRow:
    """`about` is `step/<sequence>/<slug>`; `progressed` and `stopped` are of `sent`, `handed` was given to a rep.

    What was sent within the last days may yet effect something: of `effect` it is no evidence.
    """

    about: str
    title: str
    sent: int
    progressed: Share
    stopped: Share
    skipped: int
    parked: int
    handed: int
    effect: Effect


@dataclass(frozen=True, slots=True)
class PageRow:
    """About `page/<gate>`; `progressed` is of `read`: leads that have read it with a pass. `effect` as in steps."""

    about: str
    title: str
    read: int
    progressed: Share
    effect: Effect


@dataclass(frozen=True, slots=True)
class ContactRow:
    """What people of ours have done: `contact/<objective>/<channel>` or `person/<id>`; `achieved` is of `contacts`."""

    about: str
    title: str
    contacts: int
    achieved: Share
    minutes: int
    effect: Effect


@dataclass(frozen=True, slots=True)
class NamedRow:
    """How often reps have named a why not or an objection. `about` is `why/<why not>` or `objection/<name>`.

    `named` is of all that were named of that sort. `pages` holds the gates where it was named, the most often first:
    `(gate, title, named)`, the cells `<about>@<gate>`.
    """

    about: str
    title: str
    named: Share
    pages: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Demand:
    """How many want a page that nobody has written yet: `about` is `gate/<id>`.

    `so_far` counts all weeks up to the period's end, `confirmed` those of the period.
    """

    about: str
    title: str
    confirmed: int
    so_far: int


@dataclass(frozen=True, slots=True)
class Each:
    """`cents` shared out among `count`; `each` is None among nobody, and rests on few where `is_few`."""

    cents: int
    count: int
    each: int | None
    is_few: bool


@dataclass(frozen=True, slots=True)
class SourceCost:
    """What a campaign cost by `criteria.yml`, and what it costs for each; mails and minutes are known for no source."""

    about: str  # `source/<label>`
    title: str
    spend: int
    per_lead: Each
    per_opportunity: Each
    per_customer: Each


@dataclass(frozen=True, slots=True)
class Money:
    """What it cost, in cents. Mails and minutes are the site's cells, times the costs that the playbook names.

    Contacts of which nobody has written down the minutes, `untimed`, are put at the playbook's `task_minutes` each.
    Acquisition is all mails and minutes before a lead's first sale, and what campaigns cost; retention is `mails_kept`,
    `minutes_kept` and `untimed_kept`. Leads are the confirmed. What each of them costs is shared out among those of the
    period; retention among the customers won in all weeks up to its end.
    """

    currency: str
    mails: int
    minutes: int
    untimed: int
    mails_kept: int
    minutes_kept: int
    untimed_kept: int
    spend: int
    acquisition: int
    retention: int
    per_lead: Each
    per_opportunity: Each
    per_customer: Each
    per_kept: Each
    sources: tuple[SourceCost, ...] = ()


@dataclass(frozen=True, slots=True)
class Cohort:
    """The leads that first confirmed in one week: cells about `cohort/<week>`.

    `talked`, `opportunity` and `won` each hold how many had got there by the end of that week, of the week after, and
    so on up to the report's last week; adding up, never falling.
    """

    week: str
    confirmed: int
    talked: tuple[int, ...]
    opportunity: tuple[int, ...]
    won: tuple[int, ...]


class Differs(StrEnum):
    """What two periods say, in a plain word."""

    HIGHER = "higher"
    LOWER = "lower"
    UNCLEAR = "no clear difference"
    FEW = "too few to say"


@dataclass(frozen=True, slots=True)
class Compared:
    """A share of the site's funnel now and before. `differs` is how it is now.

    By Fisher's exact test on both sides at 5 %, divided by the number of rows compared (Bonferroni); `p` is its value,
    undivided, None where there are too few.
    """

    what: Funnel
    base: Funnel
    now: Share
    before: Share
    differs: Differs
    p: float | None


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a rep's for those who write; `text` is empty where its lead was erased. Not a sum of cells."""

    id: str
    text: str
    by: str
    at: datetime
    done: bool


@dataclass(frozen=True, slots=True)
class LinesRow:
    """How many lines reps have left for those who write: `about` is `feedback/<aim>`, `done` were taken up."""

    about: str
    title: str
    given: int
    done: int


@dataclass(frozen=True, slots=True)
class Topic:
    """What was said about one page, one step, or the product. `aim` as in `leadlight.feedback`, `about` in words."""

    aim: str
    about: str
    lines: tuple[Said, ...]


class Kind(StrEnum):
    """What may be worth doing, in the order in which equals are named."""

    OBJECTION = "objection"  # named unusually often
    STEP = "step"  # is sent, and effects next to nothing
    PAGE = "page"  # effects progress far more than the others
    LEAK = "leak"  # far more people are lost there than elsewhere
    SLOW = "slow"  # fewer are spoken to within a day than before
    SOURCE = "source"  # costs, and brings nobody who talks


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing worth doing, with its evidence.

    `about` is what the cells are about that it rests on; `own` is the share that stands out, `others` what it is held
    against (None where that is no share), both of `period`. `evidence` says so in a sentence with its counts, `todo` in
    another what to do. `p` is the probability to see as much or more where there is nothing worth doing.
    """

    kind: Kind
    about: str
    title: str
    evidence: str
    todo: str
    own: Share
    others: Share | None
    p: float
    period: Period


@dataclass(frozen=True, slots=True)
class Known:
    """What there is by now, so that rows have names, and what never happened has a row, too.

    `titles` maps what cells are about (`gate/<id>`, `step/<sequence>/<slug>`, `path/<name>`, `buyer/<name>`,
    `objection/<name>`, `person/<id>`) to a name in words, in the playbook's order. `waitlists` are gates of that kind.
    """

    titles: Mapping[str, str] = field(default_factory=dict)
    waitlists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a marketer is told about a period. Rows of things that are known come first, in their order."""

    period: Period
    before: Period | None  # what `compared` is held against
    funnels: tuple[FunnelRow, ...]  # the site's first, then by path, buyer, gate, source
    weeks: tuple[WeekRow, ...]
    waits: tuple[Waited, ...]
    steps: tuple[StepRow, ...]
    pages: tuple[PageRow, ...]
    contacts: tuple[ContactRow, ...]
    people: tuple[ContactRow, ...]
    why_not: tuple[NamedRow, ...]
    objections: tuple[NamedRow, ...]
    waitlist: tuple[Demand, ...]
    money: Money
    cohorts: tuple[Cohort, ...]
    compared: tuple[Compared, ...]
    lines: tuple[LinesRow, ...] = ()
    topics: tuple[Topic, ...] = ()
    worth_doing: tuple[Advice, ...] = ()  # as in the mail of the Monday after its last week that is over

    @property
    def site(self) -> FunnelRow:
        """The funnel of the whole site."""
        return self.funnels[0]
