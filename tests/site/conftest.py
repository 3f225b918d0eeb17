"""One small site, built once; tests look at what was made of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from leadlight.errors import Problem
from leadlight.gate.build import Built, build_site
from leadlight.gate.config import build_here, options_of, read_config, site_of
from leadlight.gate.gather import Gathered, gather
from leadlight.gate.order import Order

SMALL = Path(__file__).parent / "small"


@dataclass(frozen=True)
class SmallSite:
    """The built site with its sources."""

    root: Path
    built: Built
    sources: Gathered

    @property
    def site(self) -> Path:
        return self.root / "site"

    def page(self, address: str) -> str:
        return (self.site / address / "index.html").read_text()

    def half(self, gate: str) -> dict[str, str]:
        path = self.root / "bundle" / self.built.manifest.gates[gate].half
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])

    def whole(self, gate: str) -> str:
        return (self.root / "bundle" / self.built.manifest.gates[gate].full).read_text()


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallSite:
    root = tmp_path_factory.mktemp("small") / "small"
    shutil.copytree(SMALL, root)
    built = build_site(root / "mkdocs.yml", root / "site", root / "bundle", strict=True)
    config = read_config(root / "mkdocs.yml")
    return SmallSite(root, built, gather(site_of(config, options_of(config))))


@pytest.fixture
def problems(tmp_path: Path) -> Callable[..., tuple[Problem, ...]]:
    """Builds a site of a few files, without a theme worth the time, and gives what was wrong with it."""

    def build(pages: dict[str, str], **config: object) -> tuple[Problem, ...]:
        docs = tmp_path / "docs"
        for name, text in {"index.md": "# Home\n", **pages}.items():
            path = docs / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        settings = {"site_name": "Tiny", "theme": "mkdocs", "plugins": ["leadlight"], **config}
        (tmp_path / "mkdocs.yml").write_bytes(msgspec.json.encode(settings))  # JSON is YAML
        return build_here(Order(str(tmp_path / "mkdocs.yml"), str(tmp_path / "site"))).problems

    return build
