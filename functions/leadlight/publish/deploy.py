"""How does a repository become a running installation on AWS? Called by `leadlight deploy`.

Everything that can go wrong without an account goes wrong first: mistakes, leaks, packages. Then the stack, then what
people read. Whatever stops it half-way has broken nothing, and the same command goes on from there.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from leadlight import __version__
from leadlight.errors import OperatorMustFix
from leadlight.gate.build import Built, build_site
from leadlight.publish import secrets, upload
from leadlight.publish.account import Account, spoken
from leadlight.publish.destroy import left_behind
from leadlight.publish.objects import bundle_objects, site_objects
from leadlight.publish.order import ORIGIN_SECRET, Order, address_of, allowing, effective
from leadlight.publish.package import Packed, package
from leadlight.publish.record import (
    Change,
    Record,
    compare,
    decoded,
    encoded,
    headers_of,
    place_of,
    sections_of,
)
from leadlight.publish.stack import Stack, Stacks, Tell
from leadlight.publish.template import Template, read_template
from leadlight.publish.upload import Shelf, Upload

Pack = Callable[[Path], tuple[Packed, ...]]


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deploy did. `outputs` are the stack's own, `secrets_made` names without values."""

    record: Record
    changes: tuple[Change, ...]
    outputs: Mapping[str, str]
    secrets_made: tuple[str, ...]
    site: Upload
    bundle: Upload
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deploy:
    """One deploy into one account; `tell` hears how it goes, `pause` waits between two looks at the stack."""

    account: Account
    order: Order
    adopt: bool = False  # go on with the tables and buckets that an earlier stack has left
    pack: Pack = package
    tell: Tell = lambda _: None
    pause: Callable[[float], None] = time.sleep

    def run(self) -> Deployed:
        """Raises `BadPlaybook`, `Leak`, and `OperatorMustFix` for all that AWS refuses."""
        with spoken(), TemporaryDirectory(prefix="leadlight-deploy-") as folder:
            return self._run(Path(folder))

    def _run(self, folder: Path) -> Deployed:
        order, template = self.order, read_template()
        stacks = Stacks(self.account.client("cloudformation"), self.tell, self.pause)
        there = stacks.ready(order.stack)
        known = there.parameters if there else {}
        values = order.values(template, known)
        if missing := order.unanswered(template, known):
            raise OperatorMustFix("\n".join(f"{name} needs a value: {what}" for name, what in missing.items()))
        parameters = effective(template, values, known)
        self._free(template, parameters, there)
        address = address_of(parameters) or (there.outputs["SiteUrl"] if there else "")
        built = self._build(folder / "first", address, there)
        values = {**allowing(built.manifest.inline), **values}
        parameters = effective(template, values, known)
        packed = self.pack(order.out)
        stack, made = self._stack(stacks, template, values, packed, there)
        if not address or (self.adopt and there is None):  # only now is the address known, or the bundle of before
            built = self._build(folder / "second", stack.outputs["SiteUrl"], stack)
        record = self._record(template, parameters, packed, built, stack)
        return self._publish(record, built, stack, made)

    def _free(self, template: Template, parameters: Mapping[str, str], there: Stack | None) -> None:
        """A new stack must not meet tables and buckets of an earlier one, unless it is to go on with them."""
        if there or self.adopt:
            return
        name, wanted = self.order.stack, template.resources(parameters)
        found = [each.name for logical_id, each in left_behind(self.account, name).items() if logical_id in wanted]
        if found:
            raise OperatorMustFix(
                f"There is no stack {name}, but what an earlier one left is here: {', '.join(found)}. "
                f"To go on with them, add --adopt. To begin anew, `leadlight destroy --stack {name} --with-data` first."
            )

    def _build(self, folder: Path, address: str, there: Stack | None) -> Built:
        """The site for that address. What was deployed before is named on, since leads have agreed to it."""
        self.tell("Building the site …")
        bundle = folder / "bundle"
        bundle.mkdir(parents=True)
        if there:
            upload.carry_wordings(self.account.client("s3"), there.outputs["BundleBucket"], bundle)
        url = f"{address.rstrip('/')}/" if address else None
        return build_site(self.order.config_file, folder / "site", bundle, site_url=url)

    def _stack(
        self,
        stacks: Stacks,
        template: Template,
        values: Mapping[str, str],
        packed: tuple[Packed, ...],
        there: Stack | None,
    ) -> tuple[Stack, tuple[str, ...]]:
        """Puts packages and template where CloudFormation finds them, and lets it work."""
        name, account, ssm = self.order.stack, self.account, self.account.client("ssm")
        bucket = upload.artefacts(account)
        self.tell("Uploading packages …")
        places = {
            each.function: f"s3://{bucket}/"
            + upload.put_artefact(account, bucket, f"{name}/{each.function}-{each.sha256}.zip", each.path.read_bytes())
            for each in packed
        }
        text = template.with_code(places).encode()
        key = f"{name}/template-{hashlib.sha256(text).hexdigest()}.yaml"
        url = f"https://{bucket}.s3.{account.region}.amazonaws.com/{upload.put_artefact(account, bucket, key, text)}"
        made = secrets.make_missing(ssm, name, lived=there is not None or self.adopt)
        given: dict[str, str | None] = dict.fromkeys(template.parameters)
        given |= {**values, ORIGIN_SECRET: secrets.origin_secret(ssm, name)}
        stack = stacks.put(name, url, given, adopt=self.adopt)
        if there is None:
            stacks.protect(name)
        return stack, made

    def _record(
        self, template: Template, parameters: Mapping[str, str], packed: tuple[Packed, ...], built: Built, stack: Stack
    ) -> Record:
        objects = (site_objects(built.site_dir), bundle_objects(built.bundle_dir))
        sections = sections_of(template, parameters, packed, built.manifest, objects)
        return Record(self.order.stack, __version__, f"{stack.outputs['SiteUrl'].rstrip('/')}/", sections, _now())

    def _publish(self, record: Record, built: Built, stack: Stack, made: tuple[str, ...]) -> Deployed:
        """Uploads what changed, tells CloudFront, and leaves the record."""
        s3, outputs = self.account.client("s3"), stack.outputs
        bucket, key = upload.artefacts(self.account), f"{self.order.stack}/deployed.json"
        last = upload.read(s3, bucket, key)
        before = decoded(last) if last else None
        site, bundle = upload.publish(
            s3,
            site=Shelf(outputs["SiteBucket"], site_objects(built.site_dir), headers_of(before, "site")),
            bundle=Shelf(outputs["BundleBucket"], bundle_objects(built.bundle_dir), headers_of(before, "bundle")),
            tell=self.tell,
        )
        if site.put or site.removed:
            self._invalidate(outputs["DistributionId"])
        s3.put_object(Bucket=bucket, Key=key, Body=encoded(record), ExpectedBucketOwner=self.account.number)
        here = place_of(self.order.out, self.order.stack)
        here.parent.mkdir(parents=True, exist_ok=True)
        here.write_bytes(encoded(record))
        return Deployed(record, compare(before, record), outputs, made, site, bundle, built.warnings)

    def _invalidate(self, distribution: str) -> None:
        """One path, so one of the thousand that are free each month. A name of its own: a way back is new, too."""
        paths = {"Quantity": 1, "Items": ["/*"]}
        batch = {"Paths": paths, "CallerReference": f"leadlight-{token_hex(8)}"}
        self.account.client("cloudfront").create_invalidation(DistributionId=distribution, InvalidationBatch=batch)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
