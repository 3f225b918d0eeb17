"""The contract of `leadlight.ports.Files`, and what reads the bundle."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leadlight.errors import MissingBundle
from leadlight.local.files import LocalFiles
from leadlight.ports import Files

Put = Callable[[str, bytes], None]


class FilesContract:
    @pytest.fixture
    def put(self) -> Put:
        """Puts an object into the bundle, as a build or a deploy would."""
        raise NotImplementedError

    @pytest.fixture
    def files(self, put: Put) -> Files:
        raise NotImplementedError

    def test_an_object_is_read_as_it_was_put(self, files: Files, put: Put) -> None:
        put("halves/ab12.json", b"{}\r\n\x00")

        assert files.read("halves/ab12.json") == b"{}\r\n\x00"

    @pytest.mark.parametrize("path", ["halves/none.json", "manifest.json", "halves", "", "halves/ab12.json/x", "a\0b"])
    def test_what_is_not_there_is_missing_and_named(self, files: Files, put: Put, path: str) -> None:
        put("halves/ab12.json", b"{}")

        with pytest.raises(MissingBundle) as missing:
            files.read(path)

        assert missing.value.path == path

    @pytest.mark.parametrize(
        "path", ["../secret", "halves/../../secret", "/etc/passwd", "halves/../../bundle/../secret"]
    )
    def test_nothing_outside_the_bundle_is_read(self, files: Files, put: Put, path: str) -> None:
        put("halves/ab12.json", b"{}")
        put("../secret", b"secret")

        with pytest.raises(MissingBundle):
            files.read(path)

    def test_the_version_changes_with_the_manifest_only(self, files: Files, put: Put) -> None:
        put("manifest.json", b"one")
        first = files.version()
        put("halves/ab12.json", b"{}")

        assert files.version() == first

        put("manifest.json", b"two")

        assert files.version() != first

    def test_a_bundle_that_was_never_built_is_missing(self, files: Files) -> None:
        with pytest.raises(MissingBundle) as missing:
            files.version()

        assert missing.value.path == "manifest.json"


class TestLocalFiles(FilesContract):
    @pytest.fixture
    def put(self, tmp_path: Path) -> Put:
        def put(path: str, data: bytes) -> None:
            """By renaming, as a build does."""
            target = tmp_path / "bundle" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "new").write_bytes(data)
            (tmp_path / "new").rename(target)

        return put

    @pytest.fixture
    def files(self, tmp_path: Path, put: Put) -> Files:
        return LocalFiles(tmp_path / "bundle")

    def test_a_link_that_leads_out_of_the_bundle_is_missing(self, tmp_path: Path, files: Files, put: Put) -> None:
        put("halves/ab12.json", b"{}")
        put("../secret", b"secret")
        (tmp_path / "bundle" / "halves" / "link").symlink_to(tmp_path / "secret")

        with pytest.raises(MissingBundle):
            files.read("halves/link")

    def test_a_bundle_directory_may_itself_be_a_link(self, tmp_path: Path, put: Put) -> None:
        put("halves/ab12.json", b"{}")
        (tmp_path / "current").symlink_to(tmp_path / "bundle")

        assert LocalFiles(tmp_path / "current").read("halves/ab12.json") == b"{}"
