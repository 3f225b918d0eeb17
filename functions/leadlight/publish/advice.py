"""What is left to do after a deploy? Called by the command line; reads the stack's outputs."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from leadlight.publish.deploy import Deployed


def advice(done: Deployed, region: str | None) -> Iterator[str]:
    """One thing a line, in the order in which one would do them. Records of DNS are those that outputs name."""
    outputs, stack = done.outputs, done.record.stack
    host = urlsplit(done.record.site_url).hostname or ""
    if host and host != outputs["DistributionDomain"]:
        yield f"DNS: {host} CNAME {outputs['DistributionDomain']}"
    for name in sorted(outputs):
        if name.startswith("Dkim"):
            record, _, target = outputs[name].partition(" ")
            yield f"DNS: {record} CNAME {target}"
    if "BounceMx" in outputs:
        bounce = f"bounce.{outputs['MailDomain']}"
        yield f"DNS: {bounce} MX {outputs['BounceMx']}"
        yield f'DNS: {bounce} TXT "v=spf1 include:amazonses.com -all"'
    if "InboundMx" in outputs:
        yield f"DNS: {outputs['InboundDomain']} MX {outputs['InboundMx']}"
        yield f"Once: aws ses set-active-receipt-rule-set --rule-set-name {outputs['InboundRuleSet']}"
    where = f" --region {region}" if region else ""
    yield f"Then: leadlight doctor --stack {stack}{where}  (records, SES sandbox, secrets, alarms)"
