"""The bundle in an S3 bucket. Fulfils `leadlight.ports.Files`; chosen in `leadlight.wiring.aws`.

Objects never change, so what was read once is kept. `manifest.json` does: it is asked for again once a minute, and
answered with 304 while it stays.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import quote

from leadlight.aws.s3 import Client, Object, fetched, is_key, translated
from leadlight.errors import MissingBundle, StoreBusy

MANIFEST = "manifest.json"
REFRESH, SOON = 60, 2  # seconds that a manifest may lag, ordinarily and when somebody knows of a newer one
LINK_LIFE = 300  # seconds; a link also dies with the session of the role that signed it, which may be earlier
OBJECTS, BYTES = 64, 16 * 2**20
"""How much is kept in memory."""
ASK_FOR_DEPLOY = "Run `leadlight deploy`."

logger = logging.getLogger("leadlight")


class S3Files:
    """`ports.Files` on AWS. `connect` gives botocore's client for `s3`, made to sign as version 4 and by host name.

    `seconds` is the wall clock: a monotonic one may stand still while Lambda freezes its environment, and an old
    manifest would live for days.
    """

    def __init__(self, connect: Callable[[], Client], *, bucket: str, seconds: Callable[[], float] = time.time) -> None:
        self._connect, self._bucket, self._seconds = connect, bucket, seconds
        self._kept = Kept()
        self._manifest: Object | None = None
        self._checked = 0.0

    def read(self, path: str) -> bytes:
        """From memory if it was read before. Raises `MissingBundle`, and `StoreBusy` if S3 does not answer."""
        if path == MANIFEST:
            return self._current().data
        data = self._kept.get(path)
        if data is None:
            data = self._fetched(path).data
            self._kept.keep(path, data)
        return data

    def link(self, path: str, *, name: str, media_type: str) -> str | None:
        """Signed here, without a call: whether the object exists shows when the browser fetches it."""
        if not is_key(path):
            raise MissingBundle(path)
        target = {"Bucket": self._bucket, "Key": path}
        disposition = attachment(name) if name else "inline"
        shown = {"ResponseContentDisposition": disposition, "ResponseContentType": media_type}
        with translated():
            return self._connect().generate_presigned_url("get_object", Params=target | shown, ExpiresIn=LINK_LIFE)

    def version(self, *, newest: bool = False) -> str:
        """The manifest's ETag. Costs a request once a minute, else nothing; with `newest` one each few seconds."""
        return self._current(within=SOON if newest else REFRESH).tag

    def _current(self, *, within: int = REFRESH) -> Object:
        """The manifest, so many seconds old at most; older while S3 fails: a visitor is not turned away for that."""
        now = self._seconds()
        if self._manifest is None:
            self._manifest, self._checked = self._fetched(MANIFEST), now
        elif abs(now - self._checked) >= within:
            self._checked = now
            self._manifest = self._newer(self._manifest)
        return self._manifest

    def _newer(self, old: Object) -> Object:
        try:
            return self._asked(MANIFEST, unless=old.tag) or old
        except (MissingBundle, StoreBusy) as error:
            logger.warning("bundle.not_refreshed: %s", error)
            return old

    def _fetched(self, path: str) -> Object:
        found = self._asked(path)
        if found is None:
            raise StoreBusy("S3 answered 304 to a question without a condition. Try again.")
        return found

    def _asked(self, path: str, *, unless: str = "") -> Object | None:
        def missing(why: str) -> MissingBundle:
            return MissingBundle(path, why or ASK_FOR_DEPLOY)

        if not is_key(path):
            raise missing("")
        return fetched(self._connect(), self._bucket, path, missing=missing, unless=unless)


class Kept:
    """The objects read last, as many as fit."""

    def __init__(self) -> None:
        self._objects: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def get(self, path: str) -> bytes | None:
        """The object if it is kept."""
        if path in self._objects:
            self._objects.move_to_end(path)
        return self._objects.get(path)

    def keep(self, path: str, data: bytes) -> None:
        """Makes room by forgetting what was not asked for longest. What would push out all others is not kept."""
        if len(data) > BYTES:
            return
        self._objects[path] = data
        self._size += len(data)
        while len(self._objects) > OBJECTS or self._size > BYTES:
            _, forgotten = self._objects.popitem(last=False)
            self._size -= len(forgotten)


def attachment(name: str) -> str:
    """A Content-Disposition that saves under that name (RFC 6266), in ASCII as a header must be."""
    plain = "".join(letter if " " <= letter <= "~" and letter not in '"\\%/' else "_" for letter in name)
    exact = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain}"{exact}'
