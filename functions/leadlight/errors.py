"""What can go wrong, and who can do something about it. Raised everywhere, turned into answers in `handlers/http.py`.

LeadlightError
├── VisitorCanFix
│   ├── BadRequest            what was sent cannot be read
│   │   └── TooLarge          .limit in bytes
│   ├── ForeignOrigin         a post from another site
│   ├── NotThroughTheDoor     a call past the distribution that all visitors come through
│   ├── BadFields             .fields: field name → what to do; .labels
│   │   └── NeedsProof        .challenge: the puzzle that a browser is to solve first
│   ├── UnknownGate           .gate
│   ├── UnknownLead           no such lead, or none of this person's
│   ├── NotSignedIn           the desk is for people of the team
│   ├── NotOpen               .gate: no pass for it
│   ├── WrongCode             .used_up
│   ├── UnknownHook           no such fact is taken here, or none at all
│   ├── BadSignature          a fact that its sender did not sign, or long ago
│   ├── TooMany               .retry_after in seconds
│   └── BadToken              not ours, changed, or of another purpose
│       ├── ExpiredToken      .expired_at, .use, .facts
│       ├── decide.Erased          .gate: what the link belonged to is not kept any more
│       ├── rep.link.Elsewhere     at home in another browser; a fresh link can be mailed
│       └── rep.sign_in.Used       a link to the desk that has let somebody in already
├── OperatorMustFix
│   ├── BadPlaybook           .problems: file, line, what to do
│   ├── Leak                  .leaks: file, phrase, where it was withheld
│   ├── BadList               a list of people that cannot be read as a whole
│   ├── MissingSetting        .setting, .example
│   ├── MissingBundle         .path
│   ├── MissingSecrets        .prefix: of the parameters that hold them
│   ├── MissingMail           .key: an inbound mail that is not there (any more)
│   ├── BadEvent              an event of another shape than its source documents
│   ├── MissingKeys           .path: leads without the keys to their personal fields
│   ├── LostKey               .key_id: sealed fields cannot be opened
│   ├── NotParked             .key: of a mail whose fate is no question (any more)
│   ├── NotEmpty              .files: what a new site would write over
│   ├── NeverOpens            .window, .zone: nothing could ever be sent in it
│   ├── StoreTooNew           .found, .known: schema versions
│   ├── StoreDamaged          a database of this machine that SQLite cannot read as it was written
│   ├── publish.account.Refused  .code, .action: AWS said no
│   └── publish.lacking.NotPackaged  what a Lambda function needs cannot be put together
└── TryAgain
    ├── Conflict              someone else changed this lead first: read again, decide again
    ├── AlreadyClaimed        .key, .state, .lease_until: another worker does it, or it is done
    ├── LeaseLost             the claim is no longer ours
    ├── StoreBusy             the store did not answer in time
    ├── Restored              the leads are a copy from before: nothing is sent until an operator says so
    ├── NotSent               the mail was certainly not accepted
    │   └── Refused           and this address will never take any
    ├── SendUnclear           nobody knows whether the mail was accepted
    ├── NotScheduled          no wake-up call could be set; the tick will do
    ├── NotGiven              the CRM did not take a lead, or nobody knows
    └── NotPublished          .events: ids of those that the bus did not take
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadlight.words import N_, counted, said


class LeadlightError(Exception):
    """Anything this product raises on purpose."""


class VisitorCanFix(LeadlightError):
    """The person who asked can put it right; the message tells how."""


class BadRequest(VisitorCanFix):
    """What was sent cannot be read at all."""


class TooLarge(BadRequest):
    """More than a form can hold."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(said("That is too much: at most {most} KB. Please shorten your text.", most=limit // 1024))


class ForeignOrigin(VisitorCanFix):
    """Another site tried to post in this person's name."""

    def __init__(self) -> None:
        super().__init__(N_("This was sent from another site. Please use the form on our page."))


class NotThroughTheDoor(VisitorCanFix):
    """Somebody called the API itself, past the distribution in front of it."""

    def __init__(self) -> None:
        super().__init__("Please come through the site's own address.")


class BadFields(VisitorCanFix):
    """Some fields need another value. `labels` are the form's own names for its fields."""

    def __init__(self, fields: Mapping[str, str], labels: Mapping[str, str] | None = None) -> None:
        self.fields, self.labels = dict(fields), labels or {}
        super().__init__("Please look at the marked fields: " + ", ".join(self.fields))


class NeedsProof(BadFields):
    """The form looks like a program's: the browser is to do a little work first. `challenge` is one of ALTCHA v2."""

    def __init__(self, challenge: Mapping[str, object]) -> None:
        self.challenge = challenge
        super().__init__(
            {"proof": N_("Before we take this, your browser has to solve a small puzzle. Our page does so by itself.")}
        )


class UnknownGate(VisitorCanFix):
    """No page of this site has that gate."""

    def __init__(self, gate: str) -> None:
        self.gate = gate
        super().__init__(N_("There is nothing of that name here. Open the page again and try from there."))


class UnknownLead(VisitorCanFix):
    """There is no such lead, or it is somebody else's: both are answered alike."""

    def __init__(self) -> None:
        super().__init__("There is nothing here that is yours. Perhaps a colleague has it by now.")


class NotSignedIn(VisitorCanFix):
    """A program asked the desk for something without a session; a person is shown the door instead."""

    def __init__(self) -> None:
        super().__init__("This is for people of the team. Sign in at /sign-in first.")


class NotOpen(VisitorCanFix):
    """This browser has no pass for the gate."""

    def __init__(self, gate: str) -> None:
        self.gate = gate
        super().__init__(N_("This part is for readers who left their address. The form on the page opens it."))


USED_UP = N_("That code does not fit. It was tried too often. Send the form again for a fresh one.")
LATE = N_("That code does not fit, or its 15 minutes are over. Have the mail sent once more and use the newest.")
WRONG = N_("That code does not fit. Look at the newest mail and try again.")


class WrongCode(VisitorCanFix):
    """The six digits do not belong to this waiting tab. `late`: it has waited for longer than digits work."""

    def __init__(self, *, used_up: bool, late: bool = False) -> None:
        self.used_up, self.late = used_up, late and not used_up
        super().__init__(USED_UP if used_up else LATE if late else WRONG)


class UnknownHook(VisitorCanFix):
    """Other systems can tell no such fact here, or none at all where no secret is set."""

    def __init__(self) -> None:
        super().__init__("No such fact is taken here. The manual names those that are, and the secret they need.")


class BadSignature(VisitorCanFix):
    """Nobody who knows our secret has sent this, or it was sent long ago."""

    def __init__(self) -> None:
        super().__init__("The signature does not fit, or is older than five minutes. Sign as Standard Webhooks says.")


class TooMany(VisitorCanFix):
    """Too many requests from one network."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after  # seconds
        minutes, hours = max(2, retry_after // 60), round(retry_after / 3600)
        in_minutes = counted("{count} minute", "{count} minutes", minutes)
        span = in_minutes if hours < 2 else counted("{count} hour", "{count} hours", hours)
        super().__init__(said("That was a lot at once. Please try again in {span}.", span=span))


RESEND = N_("Send the form again for a fresh one.")
UNREADABLE = N_("This link is not complete, or from long ago. Open it from the mail again, or from a newer mail.")


class BadToken(VisitorCanFix):
    """A link that we did not make, that was changed, or that is meant for something else."""

    def __init__(self, message: str = UNREADABLE) -> None:
        super().__init__(message)


class ExpiredToken(BadToken):
    """A link of ours whose time is over. `use` is what it was good for, `facts` are what it said."""

    def __init__(
        self, expired_at: datetime, instead: str = RESEND, *, use: str = "", facts: Mapping[str, str] | None = None
    ) -> None:
        self.expired_at, self.use, self.facts = expired_at, use, facts or {}
        super().__init__(said("This link worked until {until} UTC. {instead}", until=expired_at, instead=said(instead)))


class OperatorMustFix(LeadlightError):
    """Whoever runs or builds the site has to change something."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the sources. `line` is 1-based; 0 means the file as a whole."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.message}"


class BadPlaybook(OperatorMustFix):
    """The sources of the site or its playbook contradict the format."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Leak(OperatorMustFix):
    """Something withheld stands in a public file."""

    def __init__(self, leaks: Sequence[Problem]) -> None:
        self.leaks = tuple(leaks)
        super().__init__("\n".join(str(leak) for leak in self.leaks))


class BadList(OperatorMustFix):
    """A list of people is no table that we can read; one bad row of it is no reason for this."""


class MissingSetting(OperatorMustFix):
    """A setting has no value and no safe default."""

    def __init__(self, setting: str, example: str) -> None:
        self.setting, self.example = setting, example
        super().__init__(f"{setting} is not set. Set it, for example {setting}={example}")


class MissingBundle(OperatorMustFix):
    """There is no built bundle where we look for it."""

    def __init__(self, path: str, remedy: str = "Run `leadlight build` and publish the result.") -> None:
        self.path = path
        super().__init__(f"There is no {path} in the bundle. {remedy}")


class MissingSecrets(OperatorMustFix):
    """The secrets of a deployed installation cannot be read."""

    def __init__(self, prefix: str, remedy: str) -> None:
        self.prefix = prefix
        super().__init__(f"No secrets below the parameter prefix {prefix or '(none)'}. {remedy}")


class MissingMail(OperatorMustFix):
    """An inbound mail is not where we were told to find it."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"There is no inbound mail {key} any more. If it was never read, look into the dead letters.")


class BadEvent(OperatorMustFix):
    """An event has another shape than its source documents: it is kept aside, and trying again would not help."""

    def __init__(self, what: str) -> None:
        super().__init__(f"An event {what}. Look at it in the dead letters; its source may have changed its format.")


class MissingKeys(OperatorMustFix):
    """There are leads, but not the file of keys that opens their personal fields."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"There are leads, but no {path}. Put the key file back from its backup, then start again.")


class LostKey(OperatorMustFix):
    """The key of sealed fields is gone: erased, or the keys were not restored with the leads."""

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id
        super().__init__(f"Key {key_id} is not in the key store; what it sealed cannot be read.")


class NotParked(OperatorMustFix):
    """There is nothing to say about that mail: the ledger knows what became of it, or knows no such mail."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"No mail {key} is parked. `leadlight leads parked` shows those that are.")


class NotEmpty(OperatorMustFix):
    """A new site would write over files that are there."""

    def __init__(self, folder: object, files: Sequence[object]) -> None:
        self.files = tuple(str(file) for file in files)
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        super().__init__(
            f"{files[0]}{more} would be written over. Name a new or empty folder in the place of {folder}."
        )


class NeverOpens(OperatorMustFix):
    """A window, or the team's hours, that does not open within two years: whatever waits for it would wait for ever."""

    def __init__(self, window: str, zone: str) -> None:
        self.window, self.zone = window, zone
        super().__init__(
            f"The window {window} does not open within two years in {zone}. Give it days that are not all holidays, "
            f"and a start before its end."
        )


class StoreTooNew(OperatorMustFix):
    """The store was written by a newer release."""

    def __init__(self, found: int, known: int) -> None:
        self.found, self.known = found, known
        super().__init__(f"The store has schema {found}, this release knows up to {known}. Install the newer release.")


class StoreDamaged(OperatorMustFix):
    """A database of this machine is not as SQLite wrote it."""


class TryAgain(LeadlightError):
    """Nothing is wrong with the request; the same again may succeed."""


class Conflict(TryAgain):
    """The lead was changed by someone else since it was read."""


class AlreadyClaimed(TryAgain):
    """Another worker holds the claim, or the thing is done."""

    def __init__(self, *, key: str, state: str, lease_until: datetime) -> None:
        self.key, self.state, self.lease_until = key, state, lease_until
        super().__init__(f"{key} is {state}")


class LeaseLost(TryAgain):
    """The claim was given to someone else, or the entry is already settled."""


class StoreBusy(TryAgain):
    """The store did not answer in time."""


class Restored(TryAgain):
    """The store of leads was restored from a copy: it may not know of mails that went out since."""

    def __init__(self) -> None:
        super().__init__(
            "The leads were restored from a copy, so nothing is sent. When all is in place, run "
            "`leadlight leads resume --after-restore`."
        )


class NotSent(TryAgain):
    """The mail was certainly not accepted; sending again cannot make two."""


class Refused(NotSent):
    """The carrier says that this address will never take mail (RFC 5321 § 4.2.1, 5yz): trying again is pointless."""


class SendUnclear(TryAgain):
    """The mail may or may not have been accepted."""


class NotScheduled(TryAgain):
    """No wake-up call could be set or taken back. Nothing is lost: the tick finds what is due."""


class NotGiven(TryAgain):
    """The CRM did not take the lead, or gave no answer; receivers know a repetition, so the same again is fine."""


class NotPublished(TryAgain):
    """The bus did not take some events; those may be published again."""

    def __init__(self, events: Sequence[str]) -> None:
        self.events = tuple(events)
        super().__init__(f"{len(self.events)} events were not taken by the bus; they are published again.")
