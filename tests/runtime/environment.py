"""Lambda's environment of one function: the real `awslambdaric` in a process that sees only the unpacked archive.

The interpreter is the one below any virtual environment, told not to look for installed packages. Beside the archive
it finds a folder with the runtime client and what that needs, as Lambda's own images have it.
"""

from __future__ import annotations

import compileall
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Self

from tests.runtime.api import PATIENCE, Beginning, Reply, RuntimeApi

INTERPRETER: str = getattr(sys, "_base_executable", sys.executable)
CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")
ACCOUNT = {
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Environment:
    """One process, from its start to its end."""

    def __init__(
        self, task: Path, handler: str, *, client: Path, variables: Mapping[str, str] | None = None, extra: str = ""
    ) -> None:
        self._api, self._log = RuntimeApi(), tempfile.TemporaryFile()  # noqa: SIM115 - until `end`
        search = os.pathsep.join(part for part in (str(task), str(client), extra) if part)
        self._since = time.perf_counter()
        self._process = subprocess.Popen(
            [INTERPRETER, "-S", "-m", "awslambdaric", handler],
            cwd=task,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={
                **ACCOUNT,
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": search,
                "PYTHONDONTWRITEBYTECODE": "1",
                "LAMBDA_TASK_ROOT": str(task),
                "AWS_LAMBDA_RUNTIME_API": self._api.address,
                "AWS_LAMBDA_FUNCTION_NAME": "leadlight-test",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
                "_HANDLER": handler,
                **(variables or {}),
            },
        )

    def beginning(self) -> Beginning:
        """Waits until it is up, or has given up."""
        return self._api.beginning(self._since)

    def invoke(self, event: object) -> Reply:
        """One call."""
        return self._api.invoke(event)

    @property
    def peak_mb(self) -> float:
        """The most memory it ever had resident, in MB of 10^6 bytes, while it lives."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024 / 1e6

    @property
    def worked(self) -> float:
        """Seconds of processor time so far, all threads: what a busy machine does not make longer."""
        tasks = Path(f"/proc/{self._process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def log(self) -> str:
        """What it wrote so far: Lambda sends that to CloudWatch."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def end(self) -> None:
        self._api.close()
        self._process.kill()
        self._process.wait(PATIENCE)
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def installed(folder: Path, names: Iterable[str] = CLIENT) -> Path:
    """The named distributions of this environment, compiled as ours are, and nothing else."""
    for name in names:
        for file in importlib.metadata.files(name) or ():
            source = Path(str(file.locate()))
            if ".dist-info" not in str(file) and ".." not in file.parts and source.suffix != ".pyc" and source.exists():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, folder / file)
    compileall.compile_dir(folder, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    return folder


def unpacked(archive: Path, folder: Path, same: dict[tuple[str, int, int], Path]) -> Path:
    """The task root of a function, with the permissions that the archive gives. What another one has the same of lies
    in `same`, by name, checksum and size, and is not written again."""
    with zipfile.ZipFile(archive) as packed:
        infos = packed.infolist()
        for parent in {(folder / info.filename).parent for info in infos}:
            parent.mkdir(parents=True, exist_ok=True)
        for info in infos:
            path, known = folder / info.filename, (info.filename, info.CRC, info.file_size)
            if known in same:
                path.hardlink_to(same[known])
                continue
            path.write_bytes(packed.read(info))
            path.chmod((info.external_attr >> 16) & 0o555)
            same[known] = path
    return folder
