# SPDX-License-Identifier: Apache-2.0
"""The results of a benchmark as Markdown, and its place in a page."""

TITLES = {
    "two_pass": "C++ float64",
    "numpy": "NumPy float64",
    "torch": "torch",
    "arb": "Arb",
    "mpfr": "MPFR",
    "boost_mpfr": "Boost mpfr",
    "mpmath": "mpmath",
}
BEGIN, END = "<!-- generated -->", "<!-- /generated -->"


def number(value):
    """Three significant digits where they are needed, and no exponent."""
    if value == 0 or value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    digits = 2
    while digits < 8 and value < 10 ** (1 - digits):
        digits += 1
    return f"{value:.{digits}f}"


def spread(values):
    """Median (least–largest)."""
    return f"{number(values['median'])} ({number(values['min'])}–{number(values['max'])})"


def label(row):
    mean = "" if row["offset"] == "0" else f", mean {row['offset']} σ"
    return f"{row['op']} {row['size']}{mean}"


def time_of(row):
    """The time of a row; of several outputs, what each contributes too."""
    summary = row["summary"]
    text = spread(summary["ns"])
    if len(summary["outputs"]) > 1:
        parts = [f"{o} {number(s['median'])}" for o, s in summary["outputs"].items()]
        text += "; " + ", ".join(parts)
    return text


def lines_of_table(rows, unit, peers):
    yield "| row | dtype | ns per " + " | ".join(
        [unit, *(f"÷ {TITLES.get(peer, peer)}" for peer in peers), "filter"]
    ) + " |"
    yield "|" + " --- |" * (4 + len(peers))
    for row in rows:
        summary = row["summary"]
        ratios = [
            spread(summary["ratios"][peer]) if peer in summary["ratios"] else "—"
            for peer in peers
        ]
        fraction = f"{100 * summary['filter_fraction']:.2f} %"
        cells = [label(row), row["dtype"], time_of(row), *ratios, fraction]
        yield "| " + " | ".join(cells) + " |"
    yield ""


def lines_of_threads(rows, threads):
    yield f"| row | dtype | ns, 1 thread | ns, {threads} threads | speed-up |"
    yield "|" + " --- |" * 5
    for row in rows:
        scaling = row["summary"]["threads"]
        cells = [
            f"{label(row)}, {row['direction']}",
            row["dtype"],
            spread(row["summary"]["ns"]),
            spread(scaling["ns"]),
            spread(scaling["speedup"]),
        ]
        yield "| " + " | ".join(cells) + " |"
    yield ""


def lines_of_setting(results):
    settings, machine = results["settings"], results["machine"]
    yield (
        f"Median (least–largest) of {settings['rounds']} rounds; tensors of about "
        f"{settings['elements']:,} elements; each figure from at least "
        f"{settings['seconds']} s of calls in each round."
    )
    yield ""
    yield f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}."
    versions = [f"{name} {version}" for name, version in sorted(results["versions"].items())]
    yield ", ".join(versions) + "."
    yield ""


def markdown(results):
    """Every row: by direction, and calls apart from elements."""
    rows = results["rows"]
    peers = [peer for peer in TITLES if any(peer in r["summary"]["ratios"] for r in rows)]
    lines = list(lines_of_setting(results))
    for title, direction, unit in (
        ("Forward", "forward", "element"),
        ("Vector-Jacobian product", "vjp", "element"),
        ("A call with ten elements, forward", "forward", "call"),
        ("A call with ten elements, vector-Jacobian product", "vjp", "call"),
    ):
        chosen = [r for r in rows if r["direction"] == direction and r["unit"] == unit]
        if chosen:
            lines += [f"### {title}", "", *lines_of_table(chosen, unit, peers)]
    scaling = [row for row in rows if "threads" in row["summary"]]
    if scaling:
        threads = results["settings"]["threads"]
        lines += ["### Threads", "", *lines_of_threads(scaling, threads)]
    return "\n".join(lines)


def replace_generated(page, text):
    """The page with the text between its markers."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no {BEGIN} … {END} to write to")
    return f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}"
