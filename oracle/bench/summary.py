# SPDX-License-Identifier: Apache-2.0
"""What the rounds of a row say together: medians and spreads, ratios within each round."""

import statistics


def spread(values):
    """Median, least and largest."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def total(outputs):
    """truenorm's time for all outputs of a row, as a peer computes them at once."""
    return sum(output["ns"] for output in outputs.values())


def summarize(rounds):
    """The summary of a row.

    A round is {"truenorm": {output: {"ns", "filter", "refine", "decide"}},
    "truenorm-threads": the same or {}, "peers": {name: ns}}. Ratios are taken within a
    round, whose measurements lie seconds apart: what slows a machine for longer cancels.
    """
    summary = {
        "ns": spread([total(r["truenorm"]) for r in rounds]),
        "outputs": {
            output: spread([r["truenorm"][output]["ns"] for r in rounds])
            for output in rounds[0]["truenorm"]
        },
        "peers": {},
        "ratios": {},
        "filter_fraction": filter_fraction(rounds[0]["truenorm"]),
    }
    for peer in rounds[0]["peers"]:
        summary["peers"][peer] = spread([r["peers"][peer] for r in rounds])
        summary["ratios"][peer] = spread(
            [total(r["truenorm"]) / r["peers"][peer] for r in rounds]
        )
    if rounds[0]["truenorm-threads"]:
        summary["threads"] = {
            "ns": spread([total(r["truenorm-threads"]) for r in rounds]),
            "speedup": spread(
                [total(r["truenorm"]) / total(r["truenorm-threads"]) for r in rounds]
            ),
        }
    return summary


def filter_fraction(outputs):
    """The share of all judged elements that the filter settled."""
    settled = {
        level: sum(output[level] for output in outputs.values())
        for level in ("filter", "refine", "decide")
    }
    return settled["filter"] / sum(settled.values())
