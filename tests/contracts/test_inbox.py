"""The contract of `leadlight.ports.Inbox`: a Maildir that something delivers into, and a bucket that SES fills."""

import mailbox
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from tests.contracts.account import Weather, connected
from tests.contracts.cloud import REGION
from tests.contracts.examples import HOUR, MINUTE, NOW

from leadlight.aws.inbox import S3Inbox
from leadlight.errors import MissingMail, StoreBusy
from leadlight.local.inbox import MaildirInbox, MemoryInbox
from leadlight.model.exchange import About
from leadlight.ports import Inbox
from leadlight.wiring.aws import BY_HOST

REPLY = b"From: visitor@example.com\r\nSubject: Re: your guide\r\n\r\nYes, please.\r\n\xff\x00"
Deliver = Callable[..., str]
_numbers = count(1)


class InboxContract:
    elsewhere = "nothing"
    """The key of something that lies beside the mails."""

    @pytest.fixture
    def deliver(self) -> Deliver:
        """Delivers a mail, `data` at a time; returns its key."""
        raise NotImplementedError

    @pytest.fixture
    def inbox(self, deliver: Deliver) -> Inbox:
        raise NotImplementedError

    def test_an_empty_inbox_waits_for_nothing(self, inbox: Inbox) -> None:
        assert list(inbox.waiting()) == []

    def test_a_mail_that_came_in_is_waiting(self, inbox: Inbox, deliver: Deliver) -> None:
        key = deliver(REPLY)

        assert list(inbox.waiting()) == [key]

    def test_mails_of_who_is_erased_go_and_others_stay(self, inbox: Inbox, deliver: Deliver) -> None:
        gone, kept = deliver(REPLY), deliver(REPLY.replace(b"visitor@", b"colleague@"))

        for _ in range(2):
            inbox.erase(About(("visitor@example.com",)))
        inbox.erase(About((), names=("colleague",), ours=("someone@else.example",)))

        assert list(inbox.waiting()) == [kept]
        with pytest.raises(MissingMail):
            inbox.read(gone)

    def test_a_mail_is_read_byte_by_byte(self, inbox: Inbox, deliver: Deliver) -> None:
        assert inbox.read(deliver(REPLY)) == REPLY

    def test_an_empty_mail_is_a_mail(self, inbox: Inbox, deliver: Deliver) -> None:
        assert inbox.read(deliver(b"")) == b""

    def test_the_oldest_comes_first_whatever_it_is_called(self, inbox: Inbox, deliver: Deliver) -> None:
        keys = {
            name: deliver(REPLY, name=name, at=at) for name, at in [("b", NOW), ("a", NOW + HOUR), ("c", NOW - HOUR)]
        }

        assert list(inbox.waiting()) == [keys["c"], keys["b"], keys["a"]]

    def test_reading_leaves_it_waiting(self, inbox: Inbox, deliver: Deliver) -> None:
        key = deliver(REPLY)
        inbox.read(key)

        assert list(inbox.waiting()) == [key]

    def test_what_is_done_with_waits_no_more(self, inbox: Inbox, deliver: Deliver) -> None:
        first, second = deliver(REPLY), deliver(REPLY, at=NOW + MINUTE)
        inbox.done(first)

        assert list(inbox.waiting()) == [second]
        with pytest.raises(MissingMail):
            inbox.read(first)

    def test_done_twice_is_done(self, inbox: Inbox, deliver: Deliver) -> None:
        key = deliver(REPLY)
        inbox.done(key)
        inbox.done(key)

        assert list(inbox.waiting()) == []

    def test_while_they_are_walked_mails_may_be_done_and_come_in(self, inbox: Inbox, deliver: Deliver) -> None:
        keys = [deliver(REPLY, at=NOW + number * MINUTE) for number in range(5)]
        walked = []
        for key in inbox.waiting():
            inbox.done(key)
            deliver(REPLY, at=NOW + HOUR)
            walked.append(key)

        assert walked == keys

    @pytest.mark.parametrize("key", ["mail/never", "never", "", ".", "..", "../secret", "mail/../secret", "/a", "a\0b"])
    def test_a_key_of_no_mail_is_missing_and_named_and_fine_to_be_done_with(self, inbox: Inbox, key: str) -> None:
        inbox.done(key)

        with pytest.raises(MissingMail) as missing:
            inbox.read(key)

        assert missing.value.key == key

    def test_what_lies_beside_the_mails_is_neither_read_nor_moved(
        self, inbox: Inbox, beside: Callable[[], bytes]
    ) -> None:
        inbox.done(self.elsewhere)

        with pytest.raises(MissingMail):
            inbox.read(self.elsewhere)

        assert list(inbox.waiting()) == []
        assert beside() == b"not a mail"


class TestMaildirInbox(InboxContract):
    elsewhere = "../secret"

    @pytest.fixture
    def deliver(self, tmp_path: Path, inbox: Inbox) -> Deliver:
        def deliver(data: bytes, *, name: str = "", at: datetime = NOW) -> str:
            path = tmp_path / "inbox" / "new" / (name or f"{next(_numbers):06}.somewhere")
            path.write_bytes(data)
            os.utime(path, (at.timestamp(), at.timestamp()))
            return path.name

        return deliver

    @pytest.fixture
    def inbox(self, tmp_path: Path) -> Inbox:
        return MaildirInbox(tmp_path / "inbox")

    @pytest.fixture
    def beside(self, tmp_path: Path, inbox: Inbox) -> Callable[[], bytes]:
        path = tmp_path / "inbox" / "secret"
        path.write_bytes(b"not a mail")
        return path.read_bytes

    def test_of_what_is_done_with_nothing_stays_on_the_disk(
        self, inbox: Inbox, deliver: Deliver, tmp_path: Path
    ) -> None:
        inbox.done(deliver(REPLY))

        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    def test_what_is_laid_aside_waits_no_more_and_goes_when_its_sender_is_erased(
        self, inbox: Inbox, deliver: Deliver, tmp_path: Path
    ) -> None:
        for _ in range(2):
            inbox.lay_aside(deliver(REPLY, name="once"))
        inbox.lay_aside("never")
        assert list(inbox.waiting()) == []
        assert [path for path in tmp_path.rglob("*") if path.is_file()] != []

        inbox.erase(About(("visitor@example.com",)))

        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    def test_any_mail_reader_finds_what_is_laid_aside_marked_as_seen(self, tmp_path: Path, inbox: Inbox) -> None:
        key = mailbox.Maildir(tmp_path / "inbox").add(REPLY)
        inbox.lay_aside(key)

        message = mailbox.Maildir(tmp_path / "inbox")[key]
        assert (message.get_subdir(), message.get_flags()) == ("cur", "S")

    def test_a_mail_half_delivered_does_not_wait(self, tmp_path: Path, inbox: Inbox) -> None:
        (tmp_path / "inbox" / "tmp" / "1.somewhere").write_bytes(REPLY[:9])

        assert list(inbox.waiting()) == []

    def test_a_mail_that_another_reader_took_meanwhile_holds_up_no_other(
        self, tmp_path: Path, inbox: Inbox, deliver: Deliver
    ) -> None:
        key = deliver(b"here")
        (tmp_path / "inbox" / "new" / "taken").symlink_to("nowhere")

        assert list(inbox.waiting()) == [key]

    def test_an_inbox_holds_what_was_there_before_a_restart(self, tmp_path: Path, deliver: Deliver) -> None:
        key = deliver(REPLY)

        assert list(MaildirInbox(tmp_path / "inbox").waiting()) == [key]

    def test_an_inbox_that_cannot_be_changed_is_to_be_tried_again(
        self, tmp_path: Path, inbox: Inbox, deliver: Deliver
    ) -> None:
        key = deliver(REPLY)
        (tmp_path / "inbox" / "cur" / f"{key}:2,S").mkdir()
        (tmp_path / "inbox" / "new" / "folder").mkdir()

        with pytest.raises(StoreBusy):
            inbox.lay_aside(key)
        with pytest.raises(StoreBusy):
            inbox.done("folder")


class TestMemoryInbox(InboxContract):
    elsewhere = "beside"

    @pytest.fixture
    def clock(self) -> list[datetime]:
        return [NOW]

    @pytest.fixture
    def inbox(self, clock: list[datetime]) -> MemoryInbox:
        return MemoryInbox(lambda: clock[-1])

    @pytest.fixture
    def deliver(self, inbox: MemoryInbox, clock: list[datetime]) -> Deliver:
        def deliver(data: bytes, *, name: str = "", at: datetime = NOW) -> str:
            clock.append(at)
            return inbox.deliver(data)

        return deliver

    @pytest.fixture
    def beside(self) -> Callable[[], bytes]:
        return lambda: b"not a mail"


class TestS3Inbox(InboxContract):
    elsewhere = "reports/secret"

    @pytest.fixture(scope="class")
    def client(self) -> Iterator[Any]:
        with mock_aws():
            yield connected("s3", BY_HOST)

    @pytest.fixture
    def bucket(self, client: Any) -> str:
        name = f"inbound-{next(_numbers)}"
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return name

    @pytest.fixture
    def deliver(self, client: Any, bucket: str) -> Deliver:
        def deliver(data: bytes, *, name: str = "", at: datetime = NOW) -> str:
            key = f"mail/{name or format(next(_numbers), '06')}"
            client.put_object(Bucket=bucket, Key=key, Body=data)
            stored = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[bucket].keys[key]
            stored.last_modified = at.replace(tzinfo=None)
            return key

        return deliver

    @pytest.fixture
    def inbox(self, client: Any, bucket: str) -> Inbox:
        return S3Inbox(lambda: client, bucket=bucket)

    @pytest.fixture
    def beside(self, client: Any, bucket: str) -> Callable[[], bytes]:
        client.put_object(Bucket=bucket, Key=self.elsewhere, Body=b"not a mail")

        def read() -> bytes:
            return client.get_object(Bucket=bucket, Key=self.elsewhere)["Body"].read()

        return read

    @pytest.fixture
    def weather(self, client: Any) -> Iterator[Weather]:
        weather = Weather(client)
        yield weather
        weather.over()

    def test_all_pages_of_a_long_list_are_walked(
        self, inbox: Inbox, deliver: Deliver, weather: Weather, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
        keys = [deliver(REPLY, at=NOW + number * MINUTE) for number in range(5)]
        weather.asked.clear()

        assert list(inbox.waiting()) == keys
        assert weather.asked == ["ListObjectsV2"] * 3

    def test_what_ses_writes_to_try_the_bucket_is_no_mail(self, inbox: Inbox, deliver: Deliver) -> None:
        deliver(b"hello", name="AMAZON_SES_SETUP_NOTIFICATION")

        assert list(inbox.waiting()) == []

    @pytest.mark.parametrize("failing", [("SlowDown", 503), ReadTimeoutError(endpoint_url="https://s3")], ids=str)
    def test_while_s3_fails_everything_is_to_be_tried_again(self, inbox: Inbox, weather: Weather, failing: Any) -> None:
        weather.failing = failing

        for call in (lambda: list(inbox.waiting()), lambda: inbox.read("mail/1"), lambda: inbox.done("mail/1")):
            with pytest.raises(StoreBusy):
                call()

    def test_a_list_that_may_not_be_read_is_not_taken_for_an_empty_one(self, inbox: Inbox, weather: Weather) -> None:
        weather.failing = ("AccessDenied", 403)

        with pytest.raises(StoreBusy, match="AccessDenied"):
            inbox.waiting()

    def test_a_mail_that_may_not_be_read_is_not_taken_for_gone(self, inbox: Inbox, weather: Weather) -> None:
        weather.failing = ("AccessDenied", 403)

        with pytest.raises(StoreBusy, match=r"s3:GetObject .* s3:ListBucket"):
            inbox.read("mail/1")

    def test_without_an_inbound_domain_nothing_is_asked(self, client: Any, weather: Weather) -> None:
        nowhere = S3Inbox(lambda: client, bucket="")
        nowhere.done("mail/1")

        assert list(nowhere.waiting()) == weather.asked == []
        with pytest.raises(MissingMail):
            nowhere.read("mail/1")
