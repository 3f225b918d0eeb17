"""What do the functions write down of their work? One JSON line per outcome, ids only; used by all handlers.

An exception's own words never get into it: they are whatever a library has found, and may quote an address, a token or
what somebody typed. Where it happened, and what kind it was, is enough to find the reason.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from leadlight.errors import BadPlaybook, LeadlightError, OperatorMustFix

if TYPE_CHECKING:
    from types import TracebackType

    Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

Event = Mapping[str, Any]
C = TypeVar("C")
R = TypeVar("R")


def told(error: BaseException) -> str:
    """The kind of an error and the lines of code that it came through, causes first. Our own errors quote nobody.

    But a template's: what it says of a value may be the value.
    """
    return "\n".join(part for each in reversed([*_chain(error)]) for part in _part(each))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in seen:
        seen.append(found)
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _part(error: BaseException) -> Iterator[str]:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    ours = isinstance(error, LeadlightError) and not isinstance(error, BadPlaybook)
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip("\n")
    yield f"{kind}: {error}" if ours else kind


class _Wordless(LambdaPowertoolsFormatter):  # the library lets nobody say how an exception is told in another way
    def formatException(self, ei: Raised) -> str:  # noqa: N802 the standard library's name
        return told(ei[1]) if ei[1] else ""


logger = Logger(service="leadlight", logger_formatter=_Wordless(serialize_stacktrace=False))


def wordless(handle: Callable[[Event, C], R]) -> Callable[[Event, C], R]:
    """The function, but what nobody foresaw is logged here, and raised as `OperatorMustFix` without its own words.

    Lambda's runtime writes down what a function raises, and hands it on with what goes to the dead letters.
    """

    def guarded(event: Event, context: C) -> R:
        try:
            return handle(event, context)
        except LeadlightError:
            raise
        except Exception:
            logger.exception("function.failed")
            raise OperatorMustFix("This failed for a reason nobody foresaw; the line before says where.") from None

    return guarded
