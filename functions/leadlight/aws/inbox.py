"""Mail that SES received and put into a bucket. Fulfils `leadlight.ports.Inbox`; chosen in `leadlight.wiring.aws`.

Each mail is one object below `mail/`, as the receipt rule in `infra/template.yaml` names it. Without an inbound domain
there is no bucket, and nothing is ever waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from leadlight.aws.s3 import Client, fetched, is_key, translated
from leadlight.errors import MissingMail, StoreBusy
from leadlight.mime import holds
from leadlight.model.exchange import About

BELOW = "mail/"
NO_MAIL = "AMAZON_SES_SETUP_NOTIFICATION"
"""What SES writes into the bucket to see whether it may."""


class S3Inbox:
    """`ports.Inbox` on AWS. `connect` gives botocore's client for `s3`; `bucket` may be empty."""

    def __init__(self, connect: Callable[[], Client], *, bucket: str) -> None:
        self._connect, self._bucket = connect, bucket

    def waiting(self) -> Iterator[str]:
        """All keys are listed before the first is given, since S3 lists by name. May raise `StoreBusy`."""
        found = sorted((item["LastModified"], item["Key"]) for item in self._listed() if is_mail(item["Key"]))
        return iter([key for _, key in found])

    def read(self, key: str) -> bytes:
        """Raises `MissingMail`, also for what is no mail's key, and `StoreBusy` if S3 does not answer or refuses.

        A refusal is no proof that the mail is gone: taken for one, a wrong role would lose replies without a word.
        """

        def missing(why: str) -> MissingMail | StoreBusy:
            return StoreBusy(why) if why else MissingMail(key)

        if not self._bucket or not is_mail(key):
            raise MissingMail(key)
        found = fetched(self._connect(), self._bucket, key, missing=missing)
        if found is None:
            raise StoreBusy("S3 answered 304 to a question without a condition. Try again.")
        return found.data

    def done(self, key: str) -> None:
        if self._bucket and is_mail(key):
            with translated():
                self._connect().delete_object(Bucket=self._bucket, Key=key)

    def lay_aside(self, key: str) -> None:
        """Leaves it where it is: the bucket's own rule deletes it in time."""

    def erase(self, about: About) -> None:
        """Of what is waiting: nothing else is kept. None of it was to our own people."""
        for key in self.waiting():
            with suppress(MissingMail):  # somebody else is done with it
                if holds(self.read(key), about.words):
                    self.done(key)

    def _listed(self) -> Iterator[Any]:
        request: dict[str, object] = {"Bucket": self._bucket, "Prefix": BELOW}
        more = bool(self._bucket)
        while more:
            with translated():
                reply = self._connect().list_objects_v2(**request)
            yield from reply.get("Contents", ())
            more = reply["IsTruncated"]
            request["ContinuationToken"] = reply.get("NextContinuationToken")


def is_mail(key: str) -> bool:
    """Whether that names a mail: nothing else in the bucket is read or deleted."""
    return key.startswith(BELOW) and is_key(key) and not key.endswith(NO_MAIL)
