"""The command line: parse, call, print. Exit 0 done, 1 problems found, 2 wrong usage."""

from __future__ import annotations

import click

from leadlight import __version__


@click.group()
@click.version_option(__version__, prog_name="leadlight")
def main() -> None:
    """Turn a git repository of Markdown into a site that starts sales conversations."""
