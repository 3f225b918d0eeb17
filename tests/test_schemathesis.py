"""Whatever the OpenAPI file allows to be asked, made up by schemathesis: each answer is one that the file has."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS as KNOWN
from schemathesis.schemas import APIOperation
from tests.made_up import asked, furnished
from tests.probing import Grounds, Probed, grounds_in, probed
from tests.whole_run import CHECKS, on_a_port, run

from leadlight.openapi.document import document

EXAMPLES, AGAIN = 50, 30
OPERATIONS = [
    found.ok() for found in schemathesis.openapi.from_dict(json.loads(document("Glass"))).get_all_operations()
]
BOUNDED = [operation for operation in OPERATIONS if "429" in operation.responses.status_codes]
Note = Callable[..., None]
LIFTED, BUSY = {"budgets": False}, {"budgets": True, "proof_of_work": True}


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    return grounds_in(tmp_path_factory.mktemp("probed"))


def probe(server: Probed, operation: APIOperation, examples: int = EXAMPLES) -> Counter[int]:
    """Asks the server for so many made-up things and checks each answer; how often each status was met."""
    met: Counter[int] = Counter()
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, dice=st.integers(0, 2**32))
    def ask(case: Case, dice: int) -> None:
        case = furnished(case, server.keys, Random(dice))
        answer = asked(server, case)
        met[answer.status_code] += 1
        case.validate_response(answer, checks=KNOWN.get_by_names(list(CHECKS)))

    ask()
    return met


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_answer_is_one_that_the_file_has(
    operation: APIOperation, grounds: Grounds, tmp_path: Path, tally: Note
) -> None:
    with probed(grounds, tmp_path) as server:
        met = probe(server, operation)

    assert met.total() >= EXAMPLES or operation.path == "/api/health"  # of which there is but one
    tally("requests made up from the OpenAPI file", requests=met.total())


@pytest.mark.parametrize("operation", BOUNDED, ids=lambda operation: operation.label)
def test_so_it_is_where_budgets_run_out_and_a_little_work_is_asked_for(
    operation: APIOperation, grounds: Grounds, tmp_path: Path, tally: Note
) -> None:
    with probed(grounds, tmp_path, **BUSY) as server:
        met = probe(server, operation, AGAIN)

    assert met.total() >= AGAIN
    tally("requests made up from the OpenAPI file", requests=met.total())


@pytest.mark.slow
@pytest.mark.parametrize("settings", [LIFTED, BUSY], ids=["lifted", "busy"])
def test_no_phase_of_schemathesis_finds_a_fault(
    settings: dict[str, bool], grounds: Grounds, tmp_path: Path, pytestconfig: pytest.Config, tally: Note
) -> None:
    examples = pytestconfig.getoption("--all-phases")
    if not examples:
        pytest.skip("minutes, not seconds: `make soak` has it")

    with on_a_port(grounds, tmp_path, **settings) as (address, server):
        found = run(address, server, examples=examples)

    assert [str(failure) for failure in found.failures] == []
    assert found.errors == []
    tally("requests of all phases", **found.requests)
    tally("answers to them", **{str(status): count for status, count in sorted(found.statuses.items())})
