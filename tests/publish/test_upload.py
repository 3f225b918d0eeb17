"""What goes into which bucket, in which order, and what is left alone."""

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.publish.account import REGION, Cloud

from leadlight.publish import upload
from leadlight.publish.account import Refused
from leadlight.publish.objects import bundle_objects, site_objects
from leadlight.publish.upload import Shelf, Upload

SITE = {"index.html": "<p>Hello", "tutorials/index.html": "<p>More", "main.12345678.css": "p{}", "logo.svg": "<svg/>"}
BUNDLE = {"manifest.json": '{"version": 1}', "halves/1.json": "{}", "zzz/2.json": "{}"}


class Shop:
    """Two folders, two buckets, and what is known of them."""

    def __init__(self, root: Path, cloud: Cloud) -> None:
        self.site, self.bundle, self.cloud = root / "site", root / "bundle", cloud
        self.write(self.site, SITE)
        self.write(self.bundle, BUNDLE)
        self.headers: tuple[dict[str, str], dict[str, str]] | None = None

    def write(self, folder: Path, files: dict[str, str]) -> None:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)

    def publish(self) -> tuple[Upload, Upload]:
        objects = site_objects(self.site), bundle_objects(self.bundle)
        known = self.headers or (None, None)
        site, bundle = Shelf("www-site", objects[0], known[0]), Shelf("www-bundle", objects[1], known[1])
        self.cloud.sent.clear()
        done = upload.publish(self.cloud.account.client("s3"), site=site, bundle=bundle)
        self.headers = ({o.key: o.headers for o in objects[0]}, {o.key: o.headers for o in objects[1]})
        return done

    def order(self) -> list[str]:
        return [str(sent["Key"]) for sent in self.cloud.asked("PutObject")]


@pytest.fixture
def shop(aws: Cloud, tmp_path: Path) -> Shop:
    aws.furnish()
    return Shop(tmp_path, aws)


def test_the_manifest_goes_up_last_of_all(shop: Shop) -> None:
    shop.publish()

    assert shop.order()[-1] == "manifest.json"


def test_objects_of_the_bundle_are_there_before_any_page(shop: Shop) -> None:
    shop.publish()

    order = shop.order()
    assert set(order[:2]) == {"halves/1.json", "zzz/2.json"}
    assert order[2:4] == ["main.12345678.css", "logo.svg"]
    assert set(order[4:6]) == {"index.html", "tutorials/index.html"}


def test_the_same_content_uploads_nothing_the_second_time(shop: Shop) -> None:
    shop.publish()

    site, bundle = shop.publish()

    assert shop.order() == []
    assert (site, bundle) == (Upload((), (), 4), Upload((), (), 3))


def test_only_the_changed_page_goes_up(shop: Shop) -> None:
    shop.publish()
    shop.write(shop.site, {"index.html": "<p>Hello again"})

    site, bundle = shop.publish()

    assert (site.put, bundle.put) == (("index.html",), ())


def test_an_object_that_somebody_spoilt_goes_up_again(shop: Shop) -> None:
    shop.publish()
    shop.cloud.client("s3").put_object(Bucket="www-bundle", Key="halves/1.json", Body=b"spoilt")

    assert shop.publish()[1].put == ("halves/1.json",)


def test_an_object_goes_up_again_if_it_is_to_be_kept_for_another_time(shop: Shop) -> None:
    shop.publish()
    assert shop.headers is not None
    shop.headers[0]["logo.svg"] = "image/svg+xml · public, max-age=60"

    assert shop.publish()[0].put == ("logo.svg",)


def test_a_page_that_is_gone_is_removed_after_the_manifest_is_up(shop: Shop) -> None:
    shop.publish()
    (shop.site / "tutorials/index.html").unlink()
    shop.write(shop.bundle, {"manifest.json": '{"version": 2}'})

    site, _ = shop.publish()

    names = [name for name, _ in shop.cloud.sent if name in {"PutObject", "DeleteObjects"}]
    assert site.removed == ("tutorials/index.html",)
    assert names == ["PutObject", "DeleteObjects"]


def test_nothing_is_ever_taken_from_the_bundle(shop: Shop) -> None:
    shop.publish()
    (shop.bundle / "halves/1.json").unlink()

    shop.publish()

    assert "halves/1.json" in shop.cloud.keys("www-bundle")


def test_each_object_is_served_with_its_type_and_its_time(shop: Shop) -> None:
    shop.publish()

    page, asset = shop.cloud.head("www-site", "index.html"), shop.cloud.head("www-site", "main.12345678.css")
    assert (page["ContentType"], page["CacheControl"]) == (
        "text/html; charset=utf-8",
        "public, max-age=0, must-revalidate",
    )
    assert asset["CacheControl"] == "public, max-age=31536000, immutable"
    assert shop.cloud.head("www-bundle", "manifest.json")["CacheControl"] == "no-store"


def test_the_bucket_for_packages_is_closed_encrypted_and_made_once(aws: Cloud) -> None:
    name = upload.artefacts(aws.account)
    again = upload.artefacts(aws.account)

    closed = aws.client("s3").get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    statement = json.loads(aws.asked("PutBucketPolicy")[0]["Policy"])["Statement"][0]
    assert (name, again) == (f"leadlight-123456789012-{REGION}-artefacts",) * 2
    assert all(closed.values())
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(aws.asked("CreateBucket")) == 1


def test_a_bucket_of_somebody_else_is_never_used(aws: Cloud) -> None:
    aws.session.events.register("before-call.s3.HeadBucket", _forbidden)

    with pytest.raises(Refused, match="belongs to another account"):
        upload.artefacts(aws.account)


def _forbidden(**_: object) -> tuple[object, dict[str, object]]:
    return type("Answer", (), {"status_code": 403}), {"Error": {"Code": "403", "Message": "Forbidden"}}


def test_a_package_goes_up_once(aws: Cloud) -> None:
    bucket = upload.artefacts(aws.account)

    for _ in range(2):
        upload.put_artefact(aws.account, bucket, "www/on_due-1.zip", b"zip")

    assert len(aws.asked("PutObject")) == 1


def test_wordings_that_leads_agreed_to_are_carried_into_a_fresh_build(
    aws: Cloud, shop: Shop, small_manifest: bytes, tmp_path: Path
) -> None:
    shop.write(shop.bundle, {"wordings/old.json": "{}", "manifest.json": small_manifest.decode()})
    shop.publish()

    upload.carry_wordings(aws.account.client("s3"), "www-bundle", tmp_path / "fresh")

    assert {path.name for path in (tmp_path / "fresh").rglob("*.json")} == {"manifest.json", "old.json"}


@pytest.fixture
def small_manifest() -> bytes:
    from leadlight.model.site import Manifest, Theme

    manifest = Manifest(1, "v", "Small", "", "en", Theme(), {}, {}, {"a": "wordings/old.json"}, "", "", "")
    return msgspec.json.encode(replace(manifest))
