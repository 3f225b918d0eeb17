"""Will mailbox providers believe our mail, and do replies come back? Called by `doctor`.

Who is allowed to send for a domain: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 9989). Google and Yahoo want all three.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError  # type: ignore[import-untyped]  # it ships no types
from dns.resolver import Resolver

from leadlight.publish.doctor_dns import aligned, dmarc, mail_servers, policy, spf_records
from leadlight.publish.doctor_finding import Account, Chart, Finding, code_of, fail, ok, warn

SPF = "v=spf1 include:amazonses.com ~all"

Identity = Mapping[str, Any]
"""An answer of `GetEmailIdentity`."""


@dataclass(frozen=True, slots=True)
class Identities:
    """What SES knows of domains and addresses; each is asked for once."""

    client: Any
    _known: dict[str, Identity | None] = field(default_factory=dict)

    def get(self, name: str) -> Identity | None:
        """That very identity; None where there is none."""
        if name not in self._known:
            try:
                self._known[name] = self.client.get_email_identity(EmailIdentity=name)
            except ClientError as error:
                if code_of(error) != "NotFoundException":
                    raise
                self._known[name] = None
        return self._known[name]

    def covering(self, *names: str) -> tuple[str, Identity] | None:
        """The first that is there. A domain's identity holds for what is below it."""
        return next(((name, found) for name in names if (found := self.get(name))), None)


def sender(account: Account, chart: Chart, identities: Identities, address: str) -> None:
    """All about the mails that come from one address."""
    domain = address.rpartition("@")[2].lower()
    found = chart.ask("identity", lambda: (identities.covering(address, *_upwards(domain)),))
    if found:
        chart.note("identity", _identity(found[0], address, domain, account.region))
    chart.note("dmarc", dmarc(account.resolver, domain))
    if found and found[0]:
        name, identity = found[0]
        attributes = identity.get("MailFromAttributes", {})
        bounce = attributes.get("MailFromDomain", "")
        chart.findings.append(_signed(identity, name))
        chart.note("mail-from", _mail_from(account, domain, bounce, attributes.get("MailFromDomainStatus", "")))
        chart.note("spf", _spf(account.resolver, bounce))
        chart.note("alignment", _alignment(account.resolver, domain, name.rpartition("@")[2], bounce))


def _identity(found: tuple[str, Identity] | None, address: str, domain: str, region: str) -> Iterator[Finding]:
    if found is None:
        remedy = (
            f"In the SES console of {region}, choose Identities, Create identity, Domain: {domain}; "
            "then set the records that it shows."
        )
        yield fail("identity", f"SES may not send for {address}: it does not know {domain}.", remedy)
    elif found[1].get("VerifiedForSendingStatus"):
        yield ok("identity", f"SES may send for {address}: {found[0]} is verified.")
    else:
        remedy = "Set the DKIM records, or open the link that SES mailed; it looks every few hours."
        yield fail("identity", f"SES may not send for {address}: {found[0]} is not verified yet.", remedy)


def _signed(identity: Identity, name: str) -> Finding:
    dkim = identity.get("DkimAttributes", {})
    if dkim.get("SigningEnabled") and dkim.get("Status") == "SUCCESS":
        return ok("dkim", f"Mails of {name} are signed.")
    zone = dkim.get("SigningHostedZone") or "dkim.amazonses.com"
    records = "; ".join(f"{token}._domainkey.{name} CNAME {token}.{zone}" for token in dkim.get("Tokens", ()))
    if "@" in name:
        what = f"{name} is verified alone, so its mails are not signed for its domain."
        return fail("dkim", what, f"Make the domain {name.rpartition('@')[2]} an identity of its own, with Easy DKIM.")
    if not dkim.get("SigningEnabled"):
        remedy = f"Run `aws sesv2 put-email-identity-dkim-attributes --email-identity {name} --signing-enabled`."
        return fail("dkim", f"Mails of {name} are not signed.", f"{remedy} Records: {records}." if records else remedy)
    what = f"The DKIM records of {name} are not seen yet ({dkim.get('Status', 'no status')})."
    return fail("dkim", what, f"Set {records or 'the records that the SES console shows'}.")


def _mail_from(account: Account, domain: str, bounce: str, status: str) -> Iterator[Finding]:
    """The domain that bounces go to; it is the one whose SPF record counts."""
    wanted = f"feedback-smtp.{account.region}.amazonses.com"
    if not bounce:
        name = f"bounce.{domain}"
        remedy = f"In SES, set the custom MAIL FROM domain {name}; then {name} MX 10 {wanted}, and {name} TXT “{SPF}”."
        yield warn("mail-from", f"Bounces of {domain} go to amazonses.com, so SPF says nothing for {domain}.", remedy)
        return
    servers = mail_servers(account.resolver, bounce)
    if status == "SUCCESS" and servers == [wanted]:
        yield ok("mail-from", f"Bounces go to {bounce}.")
    else:
        what = f"SES does not use {bounce} for bounces: {status or 'no status'}, MX {', '.join(servers) or 'none'}."
        remedy = f"Set {bounce} MX 10 {wanted}, as its only one; SES looks again for three days."
        yield fail("mail-from", what, remedy)


def _spf(resolver: Resolver, bounce: str) -> Iterator[Finding]:
    """Two records are an error, as bad as a wrong one (RFC 7208 § 4.5). Without a domain of ours SES's own counts."""
    records = spf_records(resolver, bounce) if bounce else []
    if len(records) > 1:
        what = f"{bounce} has {len(records)} SPF records, so receivers believe none of them."
        yield fail("spf", what, f"Keep one: {bounce} TXT “{SPF}”.")
    elif bounce and not records:
        yield fail("spf", f"{bounce} has no SPF record.", f"Set {bounce} TXT “{SPF}”.")
    elif bounce and "include:amazonses.com" not in records[0].lower().split():
        what = f"The SPF record of {bounce} does not name SES: “{records[0]}”."
        yield fail("spf", what, f"Set {bounce} TXT “{SPF}”.")
    elif bounce:
        yield ok("spf", f"{bounce} lets SES send.")


def _alignment(resolver: Resolver, domain: str, signer: str, bounce: str) -> Iterator[Finding]:
    """Whether DKIM or SPF speaks for the domain that readers see; else mail fails DMARC however well it is signed."""
    found = policy(resolver, domain)
    if found is None:
        return
    by_dkim = aligned(resolver, signer, domain, strict=found.tags.get("adkim") == "s")
    by_spf = aligned(resolver, bounce, domain, strict=found.tags.get("aspf") == "s")
    remedy = f"Make {domain} itself an identity in SES, or take adkim=s out of _dmarc.{found.where}."
    if by_dkim:
        yield ok("alignment", f"{'DKIM and SPF speak' if by_spf else 'DKIM speaks'} for {domain}.")
    elif by_spf:
        yield warn("alignment", f"Only SPF speaks for {domain}: a mail that is forwarded fails DMARC.", remedy)
    else:
        what = f"Neither DKIM ({signer}) nor SPF ({bounce or 'amazonses.com'}) speaks for {domain}, so DMARC fails."
        yield fail("alignment", what, remedy)


def inbound(account: Account, chart: Chart, identities: Identities, domain: str, names: Mapping[str, str]) -> None:
    """Whether replies come to us: the way to SES, and from there into the bucket. `names` are those of the stack."""
    if not domain:
        what = "There is no inbound domain: replies go to the reps' own mailboxes, and stop no plan by themselves."
        remedy = "Deploy with an inbound domain, such as reply.example.com, to have them recorded."
        chart.findings.append(warn("inbound", what, remedy))
        return
    chart.note("inbound", _exchange(account, domain))
    chart.note("inbound identity", _takes(identities, domain, account.region))
    if names.get("InboundBucket"):
        rules = names.get("InboundRules", "<name>")
        chart.note("receipt", _receipt(account, domain, names["InboundBucket"], rules))


def _exchange(account: Account, domain: str) -> Iterator[Finding]:
    wanted = f"inbound-smtp.{account.region}.amazonaws.com"
    servers = mail_servers(account.resolver, domain)
    if servers == [wanted]:
        yield ok("inbound", f"Mail for {domain} goes to SES.")
    else:
        tell = warn if wanted in servers else fail
        what = f"Mail for {domain} goes to {', '.join(servers) or 'nobody'}."
        yield tell("inbound", what, f"Set {domain} MX 10 {wanted}, as its only one.")


def _takes(identities: Identities, domain: str, region: str) -> Iterator[Finding]:
    found = identities.covering(*_upwards(domain))
    if found and found[1].get("VerifiedForSendingStatus"):
        yield ok("inbound identity", f"SES takes mail for {domain}: {found[0]} is verified.")
    else:
        remedy = f"Create the identity {domain} in SES in {region}, and set its records."
        yield fail("inbound identity", f"SES takes no mail for {domain}: it is not verified.", remedy)


def _receipt(account: Account, domain: str, bucket: str, rules: str) -> Iterator[Finding]:
    """An account has one active set; CloudFormation makes ours, and cannot switch it on."""
    active = account.client("ses").describe_active_receipt_rule_set()
    name = active.get("Metadata", {}).get("Name", "")
    if not name:
        remedy = f"Run `aws ses set-active-receipt-rule-set --rule-set-name {rules}`."
        yield fail("receipt", "No receipt rule set is active: SES turns all replies away.", remedy)
    elif any(_stores(rule, domain, bucket) for rule in active.get("Rules", ())):
        yield ok("receipt", f"The rule set {name} puts mail for {domain} into {bucket}.")
    else:
        remedy = f"Add a rule for {domain} to {name} that stores in {bucket}, or make {rules} the active set."
        yield fail("receipt", f"The active rule set {name} does not put mail for {domain} into {bucket}.", remedy)


def _stores(rule: Mapping[str, Any], domain: str, bucket: str) -> bool:
    """A rule without recipients is for everybody; one that begins with a dot is for what is below that domain."""
    recipients = rule.get("Recipients", ())
    meant = not recipients or any(domain == each or (each[:1] == "." and domain.endswith(each)) for each in recipients)
    places = {action.get("S3Action", {}).get("BucketName") for action in rule.get("Actions", ())}
    return bool(rule.get("Enabled")) and meant and bucket in places


def _upwards(domain: str) -> Iterator[str]:
    """
    >>> list(_upwards("news.glass.example"))
    ['news.glass.example', 'glass.example']
    """
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        yield ".".join(labels[start:])
