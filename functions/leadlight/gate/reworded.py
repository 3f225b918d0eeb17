"""Which words do readers agree to that they did not agree to before? `leadlight check --against REV`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from leadlight.errors import BadPlaybook, Problem
from leadlight.model.person import Purpose
from leadlight.model.site import Form
from leadlight.playbook.revision import checked_out
from leadlight.playbook.source import Playbook, look
from leadlight.playbook.written import Written, read_yaml, text_of

KEEP = "whoever agreed keeps what they agreed to; who fills it in from now on agrees to the new words"


def reworded(playbook: Playbook, playbook_dir: Path, revision: str, *, language: str) -> Iterator[Problem]:
    """A warning for each wording that changes, at its line. Raises `BadPlaybook` where git knows no such revision."""
    with checked_out(playbook_dir, revision) as folder:
        before = look(folder, language=language).playbook
    told = set[tuple[str, str]]()  # a language that has no words of its own says those of the site's
    for spoken in dict.fromkeys([language, *playbook.forms_in, *before.forms_in]):
        old, new = _in(before, spoken, language), _in(playbook, spoken, language)
        for name in sorted(old.keys() & new.keys()):
            file = playbook_dir / "forms" / f"{name}.yml"
            where = "" if spoken == language else f" in `{spoken}`"
            fresh = [each for each in _differences(old[name].wording, new[name].wording) if (name, each[1]) not in told]
            told |= {(name, message) for _, message in fresh}
            for purpose, message in fresh:
                yield _written(file).problem(("wording", purpose, spoken), f"`{purpose}`{where} {message}; {KEEP}")


def _in(playbook: Playbook, spoken: str, main: str) -> Mapping[str, Form]:
    return playbook.forms if spoken == main else playbook.forms_in.get(spoken, playbook.forms)


def _differences(old: Mapping[Purpose, str], new: Mapping[Purpose, str]) -> Iterator[tuple[str, str]]:
    for purpose in dict.fromkeys([*old, *new]):
        was, now = old.get(purpose), new.get(purpose)
        if was == now:
            continue
        if was is None:
            yield str(purpose), f"is asked for anew: “{now}”"
        elif now is None:
            yield str(purpose), f"is not asked for any more; it was “{was}”"
        else:
            yield str(purpose), f"said “{was}” and says “{now}” now"


def _written(file: Path) -> Written:
    """The form as it stands, for its lines. A built-in one has none here."""
    try:
        return read_yaml(text_of(file), file=str(file))
    except (BadPlaybook, OSError):
        return Written(str(file), {}, {})
