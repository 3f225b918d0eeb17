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
from leadlight.words import N_

BACKUP_DAYS = 14
"""For so long at most copies of the keys are kept: after that, copies of the leads hold what nobody can open."""


IN_FULL = N_("in full")


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that we keep, in words for its person.

    `port` is the part of `ports.Services` behind it, `holds` what of the model lies there. `part` is the part of the
    export that has it; empty where `exported` says why there is none.
    """

    name: str
    port: str
    what: str
    why: str
    until: str
    erased: str
    holds: tuple[type, ...] = ()
    part: str = ""
    exported: str = IN_FULL


DATA_MAP: tuple[Kept, ...] = (
    Kept(
        N_("forms"), "store",
        N_(
            "Each form that was sent: the address, the answers, the network it came from (cut to /24 or /64), "
            "the page, the campaign, the language, the time zone, what was agreed to and in which words. "
            "Address, answers and network are sealed."
        ),
        N_("To open what was asked for, to write and call as agreed, to prove consent."),
        N_("until erased, or by the retention of the lead's stage"),
        N_("removed; the keys that open what is sealed are shredded"),
        holds=(Capture, Consent, Promise, Sealed, CallWish), part="forms",
    ),
    Kept(
        N_("lead"), "store",
        N_(
            "How far the conversation is: stage, open pages, purposes, plan, pauses, stops, wish for calls, "
            "owner, needs, value, the company as a keyed hash of its mail domain."
        ),
        N_("To keep what was promised, and no more."),
        N_("until erased, or by the retention of the lead's stage"),
        N_("removed; the number of its generation stays, so that old links open nothing of a new start"),
        holds=(Lead, Enrolment, Stop, Hold, Pause, Wait, Cap), part="lead",
    ),
    Kept(
        N_("timeline"), "store",
        N_(
            "What happened, with the time: pages read, files, mails, questions, replies, calls, what colleagues"
            " wrote down. What people said is sealed."
        ),
        N_("So that whoever talks to this person knows what went before."),
        N_("until erased, or by the retention of the lead's stage"),
        N_(
            "removed; what the report counts stays under a random name, with its time and without anything "
            "personal"
        ),
        holds=(Touch,), part="timeline",
    ),
    Kept(
        N_("plan"), "store",
        N_("What is due next, and when."),
        N_("To do it on time."),
        N_("until it is done"),
        N_("removed"),
        holds=(Due,), part="planned",
    ),
    Kept(
        N_("mails"), "store",
        N_("Which mail was sent when, with the carrier's id for it."),
        N_("So that no mail comes twice."),
        N_("until erased, or by the retention of the lead's stage"),
        N_("removed"),
        holds=(LedgerEntry,), part="mails",
    ),
    Kept(
        N_("figures"), "store",
        N_("What this person adds to the report: whole numbers by week and page."),
        N_("To learn which pages and mails help."),
        N_("as long as there are reports"),
        N_("stay, under a random name"),
        holds=(Figures,), part="counted",
    ),
    Kept(
        N_("counters"), "store",
        N_("How often somebody did something lately, under the keyed hash of the address."),
        N_("Against abuse."),
        N_("32 days at most"),
        N_("removed at once, on AWS when they expire"),
        holds=(Budget,), exported=N_("numbers without meaning after their window; they are gone within days"),
    ),
    Kept(
        N_("keys"), "keys",
        N_("The keys that open what is sealed."),
        N_("So that deleting a key deletes what it sealed, wherever copies of that lie."),
        N_("until erased"),
        N_("shredded; encrypted backups of keys expire within 14 days"),
        holds=(SealingKey,), exported=N_("a key is no information about anybody"),
    ),
    Kept(
        N_("marks"), "keys",
        N_(
            "Under the keyed hash of the address: that this person was erased, or is on a list of those who "
            "want no mail."
        ),
        N_("So that no list brings them back."),
        N_("for good"),
        N_("stay: they are the proof, and lead nobody to a person"),
        part="marks",
    ),
    Kept(
        N_("copies of mails"), "mailer",
        N_("Where mails go into a folder of ours: the mails. A mail server or Amazon SES keeps none for us."),
        N_("To deliver them."),
        N_("until erased"),
        N_("removed; what a carrier or a recipient has is out of our reach"),
        exported=N_("they lie in the recipient's own mailbox; which were sent stands under mails"),
    ),
    Kept(
        N_("replies"), "inbox",
        N_("Mails that were written to us, as they came in."),
        N_("To put the answer on the timeline, and to forward it."),
        N_("until they are read; one that could not be read, 14 days on AWS, in a folder of ours until erased"),
        N_("removed"),
        exported=N_("what they say stands in the timeline; the mail itself is the sender's own"),
    ),
    Kept(
        N_("wake-up calls"), "scheduler",
        N_("Which due row wakes us, by ids alone."),
        N_("To be on time."),
        N_("until they have fired"),
        N_("taken back with their rows"),
        exported=N_("the rows themselves are under plan"),
    ),
    Kept(
        N_("events"), "bus",
        N_("What other systems of ours are told: ids and facts, never an address or free text."),
        N_("To let other tools act."),
        N_("until delivered, one day at most on AWS"),
        N_("they are told `lead.erased`"),
        exported=N_("the same facts are in the timeline"),
    ),
    Kept(
        N_("hand-over"), "crm",
        N_("Where one is set up: a lead that somebody has taken over, with name, address and answers."),
        N_("To go on in the tool that the team sells with."),
        N_("as that tool says"),
        N_("out of our reach: the team erases it there, told by `lead.erased`"),
        exported=N_("that it happened stands in the timeline"),
    ),
)  # fmt: skip
