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
        """Puts an object into the bundle, as a build or a deploy would; below `../` it lands beside the bundle."""
        raise NotImplementedError

    @pytest.fixture
    def files(self, put: Put) -> Files:
        raise NotImplementedError

    @pytest.fixture
    def a_minute_later(self) -> Callable[[], None]:
        """Lets as much time go by as a manifest may lag."""
        raise NotImplementedError

    @pytest.mark.parametrize("data", [b"{}\r\n\x00", b"", bytes(range(256)) * 4096], ids=["short", "empty", "1 MB"])
    def test_an_object_is_read_as_it_was_put(self, files: Files, put: Put, data: bytes) -> None:
        put("halves/ab12.json", data)

        assert [files.read("halves/ab12.json") for _ in range(2)] == [data, data]

    @pytest.mark.parametrize("path", ["a.json", "files/ab12/Żółw i spółka.pdf", "a/b/c/d.json", "halves/a+b%20c&d=e.x"])
    def test_a_path_is_taken_letter_by_letter(self, files: Files, put: Put, path: str) -> None:
        put(path, b"here")

        assert files.read(path) == b"here"

    @pytest.mark.parametrize(
        "path", ["halves/none.json", "manifest.json", "halves", "", "halves/ab12.json/x", "a\0b", "x" * 5000]
    )
    def test_what_is_not_there_is_missing_and_named(self, files: Files, put: Put, path: str) -> None:
        put("halves/ab12.json", b"{}")

        with pytest.raises(MissingBundle) as missing:
            files.read(path)

        assert missing.value.path == path

    def test_what_was_missing_is_there_once_it_was_put(self, files: Files, put: Put) -> None:
        with pytest.raises(MissingBundle):
            files.read("halves/ab12.json")
        put("halves/ab12.json", b"{}")

        assert files.read("halves/ab12.json") == b"{}"

    @pytest.mark.parametrize(
        "path", ["../secret", "halves/../../secret", "/etc/passwd", "halves/../../bundle/../secret"]
    )
    def test_nothing_outside_the_bundle_is_read(self, files: Files, put: Put, path: str) -> None:
        put("halves/ab12.json", b"{}")
        put("../secret", b"secret")

        with pytest.raises(MissingBundle):
            files.read(path)

    def test_the_version_changes_with_the_manifest_only(
        self, files: Files, put: Put, a_minute_later: Callable[[], None]
    ) -> None:
        put("manifest.json", b"one")
        first = files.version()
        put("halves/ab12.json", b"{}")
        a_minute_later()

        assert files.version() == first

        put("manifest.json", b"two")
        a_minute_later()

        assert files.version() != first

    def test_the_manifest_read_is_the_one_of_the_version(
        self, files: Files, put: Put, a_minute_later: Callable[[], None]
    ) -> None:
        put("manifest.json", b"one")
        read = {files.version(): files.read("manifest.json")}
        put("manifest.json", b"two")
        a_minute_later()
        read |= {files.version(): files.read("manifest.json")}

        assert list(read.values()) == [b"one", b"two"]

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

    @pytest.fixture
    def a_minute_later(self) -> Callable[[], None]:
        return lambda: None

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

    def test_there_is_no_link_since_the_server_streams(self, files: Files, put: Put) -> None:
        put("files/ab12.pdf", b"%PDF")

        assert files.link("files/ab12.pdf", name="guide.pdf", media_type="application/pdf") is None
