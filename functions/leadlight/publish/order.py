"""What does somebody want deployed, and which values does the template get for it? Called by `plan` and `deploy`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from leadlight.errors import OperatorMustFix
from leadlight.model.inline import Inline
from leadlight.publish.template import Template
from leadlight.publish.wheels import target
from leadlight.rules.policy import sources

SCRIPTS, STYLES = "InlineScripts", "InlineStyles"
ORIGIN_SECRET, RUNTIME, DOMAIN, MAIL_FROM, MAIL_DOMAIN = (
    "OriginSecret", "Runtime", "SiteDomain", "MailFrom", "MailDomain",
)  # fmt: skip
"""Parameters of the template that a deploy knows by name."""


@dataclass(frozen=True, slots=True)
class Order:
    """`given` are values of the template's parameters; what is not given stays as it is, or is the default."""

    stack: str
    config_file: Path
    given: Mapping[str, str]
    out: Path = Path("dist")

    def values(self, template: Template, known: Mapping[str, str]) -> dict[str, str]:
        """What this order says, with what follows from it. Raises `OperatorMustFix` for what makes no sense."""
        for name in self.given:
            if name not in template.parameters:
                near = get_close_matches(name, template.parameters, n=1)
                hint = f"; did you mean {near[0]}" if near else f"; it has {', '.join(template.parameters)}"
                raise OperatorMustFix(f"The template has no parameter {name}{hint}.")
        values = dict(self.given)
        if RUNTIME in template.parameters:
            values.setdefault(RUNTIME, f"python{target('arm64').python}")  # what compiled the packages runs them
        address = values.get(MAIL_FROM) or (known.get(MAIL_FROM, "") if MAIL_DOMAIN in values else "")
        return values | _sender(address, values.get(MAIL_DOMAIN)) if address else values

    def unanswered(self, template: Template, known: Mapping[str, str]) -> dict[str, str]:
        """Parameters that need a value and have none, with what they mean."""
        values = self.values(template, known)
        return {
            name: f"{asked.description}{_HOW.get(name, '')}"
            for name, asked in template.parameters.items()
            if asked.default is None and not asked.secret and name not in values and name not in known
        }


_HOW = {MAIL_DOMAIN: " It follows from --mail-from."}


def _sender(address: str, only: str | None) -> dict[str, str]:
    """The company's address and its domain: no role may send from another. Raises `OperatorMustFix`."""
    name, _, domain = address.rpartition("@")
    domain = domain.lower()
    if not name or "." not in domain:
        raise OperatorMustFix(f"{address} is no address; write one such as --mail-from hello@example.com.")
    if only not in {None, domain}:
        raise OperatorMustFix(f"Mails may come from {only} only, and {address} is elsewhere. Leave {MAIL_DOMAIN} out.")
    return {MAIL_FROM: f"{name}@{domain}", MAIL_DOMAIN: domain}


def allowing(inline: Inline) -> dict[str, str]:
    """What the template is to say of the scripts and styles that stand in the site's pages themselves."""
    return {SCRIPTS: sources(inline.scripts) or "'self'", STYLES: sources(inline.styles) or "'self'"}


def effective(template: Template, values: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """What each parameter will be, secret ones left out: as given, else as it is, else as the template says."""
    return {
        name: values.get(name, known.get(name, asked.default or ""))
        for name, asked in template.parameters.items()
        if not asked.secret
    }


def address_of(parameters: Mapping[str, str]) -> str:
    """The site's address, if it follows from the parameters; ends with a slash."""
    domain = parameters.get(DOMAIN, "")
    return f"https://{domain}/" if domain else ""
