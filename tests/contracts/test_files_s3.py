"""The contract of `leadlight.ports.Files` on S3: calls, the minute of the manifest, links, and S3's bad days."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from botocore.exceptions import EndpointConnectionError, NoCredentialsError, ReadTimeoutError
from moto import mock_aws
from tests.contracts.account import Weather, connected
from tests.contracts.cloud import REGION
from tests.contracts.test_files import FilesContract, Put

from leadlight.aws import files as bounds
from leadlight.aws.files import S3Files, attachment
from leadlight.errors import MissingBundle, StoreBusy
from leadlight.ports import Files
from leadlight.wiring.aws import BY_HOST

_numbers = count(1)
HERE = {"LocationConstraint": REGION}


class Minutes:
    """The clock that the manifest's age is read from."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with mock_aws():
        yield connected("s3", BY_HOST)


@pytest.fixture
def bucket(client: Any) -> str:
    name = f"bundle-{next(_numbers)}"
    for bucket in (name, f"{name}-beside"):
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration=HERE)
    return name


@pytest.fixture
def clock() -> Minutes:
    return Minutes()


@pytest.fixture
def put(client: Any, bucket: str) -> Put:
    def put(path: str, data: bytes) -> None:
        where = f"{bucket}-beside" if path.startswith("../") else bucket
        client.put_object(Bucket=where, Key=path.removeprefix("../"), Body=data)

    return put


@pytest.fixture
def weather(client: Any) -> Iterator[Weather]:
    weather = Weather(client)
    yield weather
    weather.over()


@pytest.fixture
def files(client: Any, bucket: str, clock: Minutes) -> Files:
    return S3Files(lambda: client, bucket=bucket, seconds=clock)


class TestS3Files(FilesContract):
    @pytest.fixture
    def put(self, put: Put) -> Put:
        return put

    @pytest.fixture
    def files(self, files: Files) -> Files:
        return files

    @pytest.fixture
    def a_minute_later(self, clock: Minutes) -> Callable[[], None]:
        def later() -> None:
            clock.seconds += 60

        return later


def test_an_object_is_asked_for_once(files: Files, put: Put, weather: Weather) -> None:
    put("halves/ab12.json", b"{}")
    weather.asked.clear()

    assert {files.read("halves/ab12.json") for _ in range(9)} == {b"{}"}
    assert weather.asked == ["GetObject"]


def test_within_a_minute_the_manifest_is_asked_for_once(
    files: Files, put: Put, weather: Weather, clock: Minutes
) -> None:
    put("manifest.json", b"one")
    weather.asked.clear()
    for clock.seconds in (0, 1, 30, 59.9):
        files.version()
        files.read("manifest.json")

    assert weather.asked == ["GetObject"]


@pytest.mark.parametrize("later", [60, 3600, -3600])
def test_after_a_minute_by_either_way_of_the_clock_it_is_asked_for_again(
    files: Files, put: Put, weather: Weather, clock: Minutes, later: int
) -> None:
    put("manifest.json", b"one")
    files.version()
    put("manifest.json", b"two")
    weather.asked.clear()
    clock.seconds = later

    assert files.read("manifest.json") == b"two"
    assert weather.asked == ["GetObject"]


def test_a_manifest_that_stays_is_not_carried_again(files: Files, put: Put, weather: Weather, clock: Minutes) -> None:
    put("manifest.json", b"one")
    version = files.version()
    weather.answers.clear()
    clock.seconds = 60

    assert files.version() == version
    assert weather.answers == [304]


@pytest.mark.parametrize(
    "failing",
    [("SlowDown", 503), ("InternalError", 500), ("AccessDenied", 403), ("NoSuchKey", 404),
     ReadTimeoutError(endpoint_url="https://s3"), NoCredentialsError()],
    ids=str,
)  # fmt: skip
def test_a_manifest_that_cannot_be_refreshed_serves_on_and_is_not_asked_for_at_every_visit(
    files: Files, put: Put, weather: Weather, clock: Minutes, caplog: pytest.LogCaptureFixture, failing: Any
) -> None:
    put("manifest.json", b"one")
    version = files.version()
    weather.asked.clear()
    weather.failing = failing
    clock.seconds = 60

    assert [files.version() for _ in range(5)] == [version] * 5
    assert weather.asked == ["GetObject"]
    assert [record.levelname for record in caplog.records if "bundle.not_refreshed" in record.message] == ["WARNING"]


def test_once_s3_is_back_the_newer_manifest_counts(files: Files, put: Put, weather: Weather, clock: Minutes) -> None:
    put("manifest.json", b"one")
    files.version()
    weather.failing, clock.seconds = ("SlowDown", 503), 60
    files.version()
    weather.failing, clock.seconds = None, 120
    put("manifest.json", b"two")

    assert files.read("manifest.json") == b"two"


@pytest.mark.parametrize(
    "failing",
    [
        ("SlowDown", 503),
        ("InternalError", 500),
        ("ExpiredToken", 400),
        EndpointConnectionError(endpoint_url="https://s3"),
    ],
    ids=str,
)
def test_an_object_that_s3_does_not_give_just_now_is_to_be_tried_again(
    files: Files, weather: Weather, failing: Any
) -> None:
    weather.failing = failing

    with pytest.raises(StoreBusy, match="S3"):
        files.read("halves/ab12.json")


def test_a_role_that_may_not_read_is_told_what_it_needs(files: Files, weather: Weather) -> None:
    weather.failing = ("AccessDenied", 403)

    with pytest.raises(MissingBundle, match=r"s3:GetObject .* s3:ListBucket"):
        files.read("halves/ab12.json")


def test_a_missing_object_asks_for_a_deploy(files: Files) -> None:
    with pytest.raises(MissingBundle, match="leadlight deploy"):
        files.read("halves/ab12.json")


def test_a_bucket_that_is_gone_asks_for_a_deploy(client: Any) -> None:
    with pytest.raises(MissingBundle, match="leadlight deploy"):
        S3Files(lambda: client, bucket="never-made").version()


def test_memory_holds_sixty_four_objects_the_ones_read_last(files: Files, put: Put, weather: Weather) -> None:
    for number in range(bounds.OBJECTS + 1):
        put(f"halves/{number}.json", b"{}")
    for number in (*range(bounds.OBJECTS), 0, bounds.OBJECTS):
        files.read(f"halves/{number}.json")
    weather.asked.clear()
    files.read("halves/0.json")

    assert weather.asked == []

    files.read("halves/1.json")

    assert weather.asked == ["GetObject"]


def test_memory_holds_sixteen_megabytes(files: Files, put: Put, weather: Weather) -> None:
    for name in ("a", "b", "c"):
        put(f"files/{name}", bytes(bounds.BYTES // 2))
        files.read(f"files/{name}")
    weather.asked.clear()
    for name in ("c", "b", "a"):
        files.read(f"files/{name}")

    assert weather.asked == ["GetObject"]


def test_an_object_too_large_to_keep_pushes_out_no_other(files: Files, put: Put, weather: Weather) -> None:
    put("halves/small.json", b"{}")
    put("files/large.mp3", bytes(bounds.BYTES + 1))
    files.read("halves/small.json")
    files.read("files/large.mp3")
    weather.asked.clear()
    files.read("halves/small.json")

    assert weather.asked == []


def link(files: Files, name: str = "guide.pdf") -> str:
    found = files.link("files/ab12.pdf", name=name, media_type="application/pdf")
    assert found is not None
    return found


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1", "eu-central-2"])
def test_a_link_is_signed_for_five_minutes_in_the_buckets_own_region(region: str) -> None:
    client = connected("s3", BY_HOST, region=region)

    parts = urlsplit(link(S3Files(lambda: client, bucket="leadlight-bundle")))

    asked = {name: value for name, (value,) in parse_qs(parts.query).items()}
    assert (parts.scheme, parts.netloc) == ("https", f"leadlight-bundle.s3.{region}.amazonaws.com")
    assert (asked["X-Amz-Algorithm"], asked["X-Amz-Expires"]) == ("AWS4-HMAC-SHA256", "300")
    assert f"/{region}/s3/" in asked["X-Amz-Credential"]
    assert asked["X-Amz-Security-Token"] == "session-of-the-role"


def test_a_link_is_made_without_a_call_and_brings_the_file_under_its_name(
    files: Files, put: Put, weather: Weather
) -> None:
    put("files/ab12.pdf", b"%PDF")
    weather.asked.clear()
    address = link(files, "Żółw.pdf")

    assert weather.asked == []
    answer = requests.get(address, timeout=5)
    assert (answer.content, answer.headers["Content-Type"]) == (b"%PDF", "application/pdf")
    assert answer.headers["Content-Disposition"] == attachment("Żółw.pdf")


@pytest.mark.parametrize("path", ["../secret", "a/../b", "/a", "", "a\0b"])
def test_no_link_leads_out_of_the_bundle(files: Files, path: str) -> None:
    with pytest.raises(MissingBundle):
        files.link(path, name="a", media_type="text/plain")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("guide.pdf", 'attachment; filename="guide.pdf"'),
        ("The guide, 2nd ed.pdf", 'attachment; filename="The guide, 2nd ed.pdf"'),
        ("Żółw.pdf", "attachment; filename=\"___w.pdf\"; filename*=UTF-8''%C5%BB%C3%B3%C5%82w.pdf"),
        ('a"b\\c.pdf', "attachment; filename=\"a_b_c.pdf\"; filename*=UTF-8''a%22b%5Cc.pdf"),
        ("a\r\nSet-Cookie: x", "attachment; filename=\"a__Set-Cookie: x\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x"),
        ("50%.pdf", "attachment; filename=\"50_.pdf\"; filename*=UTF-8''50%25.pdf"),
    ],
)
def test_a_download_keeps_its_name_in_words_that_a_header_may_hold(name: str, shown: str) -> None:
    assert attachment(name) == shown


def test_making_it_makes_no_client() -> None:
    def connect() -> Any:
        raise AssertionError

    assert S3Files(connect, bucket="bundle")
