"""The simulated world's playbook, once for each worker, and nothing in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.simulation.shelf import shelved

from leadlight import letter
from leadlight.local import mailer


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The folder of each version of the bundle."""
    return shelved(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of made-up accidents are not worth a line each."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="session", autouse=True)
def written_once() -> Iterator[None]:
    """A mail is the same for the same arguments, as `compose` says: the same one is written once for all runs."""
    with remembering():
        yield


@contextmanager
def remembering() -> Iterator[None]:
    """Meanwhile nothing is written twice."""
    compose, letter.compose = letter.compose, remembered(letter.compose)
    wire_bytes, mailer.wire_bytes = mailer.wire_bytes, remembered(mailer.wire_bytes, name=id)
    yield
    letter.compose, mailer.wire_bytes = compose, wire_bytes


MOST = 20_000
"""So many answers are kept; then all are forgotten, or ten thousand worlds would fill the machine."""


def remembered(function: Callable[..., Any], name: Callable[..., Hashable] = repr) -> Callable[..., Any]:
    """The same function with a memory; what it was asked stays alive, so that an `id` names one thing only."""
    known: dict[Hashable, Any] = {}
    asked: list[Any] = []

    def answer(*args: Any, **options: Any) -> Any:
        question = (*map(name, args), repr(sorted(options.items())))
        if question not in known:
            if len(known) >= MOST:
                known.clear()
                asked.clear()
            asked.append(args)
            known[question] = function(*args, **options)
        return known[question]

    return answer
