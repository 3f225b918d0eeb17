"""The generated part of content/project/costs.md: what a journey used, times the price table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse
from tests.costs.journey import STEPS, Bill, bills

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "content" / "project" / "costs.md"
TABLE: Mapping[str, Any] = json.loads((Path(__file__).with_name("prices.json")).read_text())
PRICES, ASSUMED = TABLE["prices"], TABLE["assumed"]
PART = re.compile(r"(?<=<!-- generated: costs -->\n).*?(?=<!-- end -->)", re.DOTALL)
LEADS = 1000
SWEEPS = 60 * 24 * 30
"""The tick, each minute of a month: it asks the due index once per shard."""
SHARDS = 16


def renewed(text: str) -> str:
    """The page with its figures as they are now."""
    return PART.sub(lambda _: f"\n{figures(bills())}\n\n", text)


def figures(parts: Mapping[str, Bill]) -> str:
    """What was used by a thousand leads, what each unit costs, and the sums."""
    used = {name: units_of(bill) for name, bill in parts.items()}
    rows = [row(unit, [part[unit] * LEADS for part in used.values()]) for unit in PRICES]
    whole = sum(cost(unit, part[unit] * LEADS) for part in used.values() for unit in PRICES)
    mails = sum(cost("Mails", part["Mails"] * LEADS) for part in used.values())
    heads = ["", *used, "USD"]
    return "\n".join(
        [
            f"Prices of {TABLE['region']}, read on {TABLE['read_on']}; no free tier is counted.",
            f"{LEADS:,} leads with {STEPS} follow-ups each use:",
            "",
            "| " + " | ".join(heads) + " |",
            "| --- |" + " ---: |" * (len(heads) - 1),
            *rows,
            "",
            f"Together **{whole:.2f} USD**, of which {mails:.2f} are mails: {whole / LEADS * 100:.2f} cents a lead.",
            "",
            f"At rest, the tick asks the due index {SWEEPS * SHARDS:,} times a month: {at_rest():.2f} USD.",
            f"Lambda asks the queue of mail events {polls():,} times: {cost('SQS requests', polls()):.2f} USD.",
            "",
            *sources(),
        ]
    )


def units_of(bill: Bill) -> dict[str, float]:
    """What a bill used of everything that has a price."""
    calls = sum(bill.calls.values())
    return {
        **dict.fromkeys(PRICES, 0.0),
        **bill.used,
        "Lambda calls": calls,
        "Lambda GB-seconds, arm64": sum(gb_seconds(name) * times for name, times in bill.calls.items()),
        "GB of logs": calls * ASSUMED["KB of log per call"] / 1e6,
    }


def gb_seconds(function: str) -> float:
    """Of one call: the template's memory, the seconds that the table assumes, now and then a cold start."""
    resources = yaml_parse((ROOT / "infra" / "template.yaml").read_text())["Resources"]
    memory = resources[function]["Properties"]["MemorySize"] / 1024
    cold = ASSUMED["share of calls that start cold"] * ASSUMED["seconds of a cold start"]
    return float(memory * (ASSUMED["seconds of a call, network included"][function] + cold))


def at_rest() -> float:
    """A month in which nobody comes: each sweep is one call, and one empty query a shard."""
    seconds = SWEEPS * gb_seconds("OnTick")
    return (
        cost("DynamoDB read units", SWEEPS * SHARDS / 2)
        + cost("Lambda calls", SWEEPS)
        + cost("Lambda GB-seconds, arm64", seconds)
    )


def polls() -> int:
    """How often Lambda asks a queue in which nothing lies, in a month: five askers who wait for 20 seconds each."""
    return int(SWEEPS * ASSUMED["times a minute that Lambda asks an empty queue"])


def cost(unit: str, amount: float) -> float:
    """US dollars."""
    price = PRICES[unit]
    return float(amount / price["per"] * price["usd"])


def row(unit: str, amounts: list[float]) -> str:
    """One line of the table."""
    shown = [f"{amount:,.0f}" if amount >= 10 else f"{amount:.3g}" for amount in amounts]
    return "| " + " | ".join([unit, *shown, f"{sum(cost(unit, amount) for amount in amounts):.3f}"]) + " |"


def sources() -> list[str]:
    """Where each price was read, and what is assumed because no account was at hand to measure it."""
    priced = [f"- {unit}: {p['usd']:g} USD per {p['per']:,}. {p['source']}" for unit, p in PRICES.items()]
    assumed = [f"- {what}: {json.dumps(value)}" for what, value in ASSUMED.items()]
    return ["The prices:", "", *priced, "", "Assumed, not measured:", "", *assumed]
