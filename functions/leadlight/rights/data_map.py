"""What do we keep of a person? Declared once: the export covers it, erasing removes it, and notices are made of it.

Held complete by a test: every dataclass that the store takes, and every port that something personal passes, has a row.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadlight.model.due import Due, LedgerEntry
from leadlight.model.exchange import Budget, SealingKey
from leadlight.model.figures import Figures
from leadlight.model.lead import Enrolment, Hold, Lead, Pause, Stop
from leadlight.model.person import CallWish, Capture, Consent, Promise, Sealed
from leadlight.model.sequence import Cap, Wait
from leadlight.model.touch import Touch

BACKUP_DAYS = 14
"""For so long at most copies of the keys are kept: after that, copies of the leads hold what nobody can open."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that we keep. `port` is the part of `ports.Services` behind it, `holds` what of the model lies there.

    `part` is the part of the export that has it; empty where `exported` says why there is none.
    """

    name: str
    port: str
    what: str
    why: str
    until: str
    erased: str
    holds: tuple[type, ...] = ()
    part: str = ""
    exported: str = "in full"


DATA_MAP: tuple[Kept, ...] = (
    Kept(
        "forms", "store",
        "Each form that was sent: the address, the answers, the network it came from (cut to /24 or /64), the page, "
        "the campaign, the language, the time zone, what was agreed to and in which words. Address, answers and "
        "network are sealed.",
        "To open what was asked for, to write and call as agreed, to prove consent.",
        "until erased, or by the retention of the lead's stage",
        "removed; the keys that open what is sealed are shredded",
        holds=(Capture, Consent, Promise, Sealed, CallWish), part="forms",
    ),
    Kept(
        "lead", "store",
        "How far the conversation is: stage, open pages, purposes, plan, pauses, stops, wish for calls, owner, needs, "
        "value, the company as a keyed hash of its mail domain.",
        "To keep what was promised, and no more.",
        "until erased, or by the retention of the lead's stage",
        "removed; the number of its generation stays, so that old links open nothing of a new start",
        holds=(Lead, Enrolment, Stop, Hold, Pause, Wait, Cap), part="lead",
    ),
    Kept(
        "timeline", "store",
        "What happened, with the time: pages read, files, mails, questions, replies, calls, what colleagues wrote "
        "down. What people said is sealed.",
        "So that whoever talks to this person knows what went before.",
        "until erased, or by the retention of the lead's stage",
        "removed; what the report counts stays under a random name, with its time and without anything personal",
        holds=(Touch,), part="timeline",
    ),
    Kept(
        "plan", "store",
        "What is due next, and when.",
        "To do it on time.",
        "until it is done",
        "removed",
        holds=(Due,), part="planned",
    ),
    Kept(
        "mails", "store",
        "Which mail was sent when, with the carrier's id for it.",
        "So that no mail comes twice.",
        "until erased, or by the retention of the lead's stage",
        "removed",
        holds=(LedgerEntry,), part="mails",
    ),
    Kept(
        "figures", "store",
        "What this person adds to the report: whole numbers by week and page.",
        "To learn which pages and mails help.",
        "as long as there are reports",
        "stay, under a random name",
        holds=(Figures,), part="counted",
    ),
    Kept(
        "counters", "store",
        "How often somebody did something lately, under the keyed hash of the address.",
        "Against abuse.",
        "32 days at most",
        "removed at once, on AWS when they expire",
        holds=(Budget,), exported="numbers without meaning after their window; they are gone within days",
    ),
    Kept(
        "keys", "keys",
        "The keys that open what is sealed.",
        "So that deleting a key deletes what it sealed, wherever copies of that lie.",
        "until erased",
        f"shredded; encrypted backups of keys expire within {BACKUP_DAYS} days",
        holds=(SealingKey,), exported="a key is no information about anybody",
    ),
    Kept(
        "marks", "keys",
        "Under the keyed hash of the address: that this person was erased, or is on a list of those who want no mail.",
        "So that no list brings them back.",
        "for good",
        "stay: they are the proof, and lead nobody to a person",
        part="marks",
    ),
    Kept(
        "copies of mails", "mailer",
        "Where mails go into a folder of ours: the mails. A mail server or Amazon SES keeps none for us.",
        "To deliver them.",
        "until erased",
        "removed; what a carrier or a recipient has is out of our reach",
        exported="they lie in the recipient's own mailbox; which were sent stands under mails",
    ),
    Kept(
        "replies", "inbox",
        "Mails that were written to us, as they came in.",
        "To put the answer on the timeline, and to forward it.",
        "on AWS until they are read; in a folder of ours until erased",
        "removed",
        exported="what they say stands in the timeline; the mail itself is the sender's own",
    ),
    Kept(
        "wake-up calls", "scheduler",
        "Which due row wakes us, by ids alone.",
        "To be on time.",
        "until they have fired",
        "taken back with their rows",
        exported="the rows themselves are under plan",
    ),
    Kept(
        "events", "bus",
        "What other systems of ours are told: ids and facts, never an address or free text.",
        "To let other tools act.",
        "until delivered, one day at most on AWS",
        "they are told `lead.erased`",
        exported="the same facts are in the timeline",
    ),
    Kept(
        "hand-over", "crm",
        "Where one is set up: a lead that somebody has taken over, with name, address and answers.",
        "To go on in the tool that the team sells with.",
        "as that tool says",
        "out of our reach: the team erases it there, told by `lead.erased`",
        exported="that it happened stands in the timeline",
    ),
)  # fmt: skip
