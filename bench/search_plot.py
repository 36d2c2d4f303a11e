#!/usr/bin/env python3
"""Draws what bench/search.py measured: how much of the ten nearest each contender finds, over the
time that a search takes; one panel for each number of entries. SVG to stdout.

  bench/search_plot.py RESULT.json [RESULT.json ...] >search.svg
"""

import json
import math
import sys

PANEL_WIDTH, PANEL_HEIGHT, MARGIN = 340, 260, 56
RECALL_MIN = 0.94
CONTENDERS = (("medusa", "#7b3fb5"), ("hnswlib", "#d0781a"), ("faiss", "#2a7fa5"))


def curves(run):
    found = {"medusa": run["curve"], "hnswlib": run["hnswlib"]["curve"],
             "faiss": run["faiss_hnsw"]["curve"]}
    return {name: [(point["all"]["cpu"]["mean_ms"], point["all"]["recall"]) for point in points]
            for name, points in found.items()}


def panel(run, kind, left):
    lines = curves(run)
    times = [time for points in lines.values() for time, _ in points]
    low, high = math.log(min(times)), math.log(max(times))

    def x(time):
        return left + MARGIN + (PANEL_WIDTH - MARGIN - 16) * (math.log(time) - low) / (high - low)

    def y(recall):
        share = (max(recall, RECALL_MIN) - RECALL_MIN) / (1 - RECALL_MIN)
        return PANEL_HEIGHT - 40 - (PANEL_HEIGHT - 80) * share

    yield (f'<text x="{left + MARGIN}" y="20" font-weight="bold">{run["count"]:,} {kind} vectors'
           '</text>')
    for recall in (0.94, 0.96, 0.98, 0.99, 1):
        yield (f'<path d="M{left + MARGIN} {y(recall):.1f}H{left + PANEL_WIDTH - 16}" '
               f'stroke="#ddd"/><text x="{left + MARGIN - 6}" y="{y(recall) + 4:.1f}" '
               f'text-anchor="end">{recall:g}</text>')
    for time in (0.05, 0.1, 0.2, 0.5, 1, 2, 5):
        if low <= math.log(time) <= high:
            yield (f'<path d="M{x(time):.1f} {y(1):.1f}V{y(RECALL_MIN):.1f}" stroke="#eee"/>'
                   f'<text x="{x(time):.1f}" y="{PANEL_HEIGHT - 22}" text-anchor="middle">{time:g}'
                   '</text>')
    yield (f'<text x="{left + PANEL_WIDTH / 2 + 20}" y="{PANEL_HEIGHT - 6}" '
           'text-anchor="middle">ms a search (processor, mean)</text>')
    for row, (name, colour) in enumerate(CONTENDERS):
        path = "L".join(f"{x(time):.1f} {y(recall):.1f}" for time, recall in lines[name])
        yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield (f'<text x="{left + PANEL_WIDTH - 24}" y="{PANEL_HEIGHT - 92 + 16 * row}" '
               f'text-anchor="end" fill="{colour}">{name}</text>')


def main():
    panels = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
        panels += [(run, result["vectors"]) for run in result["runs"]]
    width = PANEL_WIDTH * len(panels)
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {PANEL_HEIGHT}" '
          f'width="{width}" height="{PANEL_HEIGHT}" font-family="sans-serif" font-size="12">'
          '<title>Recall of the ten nearest over the time of a search</title>'
          '<rect width="100%" height="100%" fill="#fff"/>')
    for number, (run, kind) in enumerate(panels):
        print("\n".join(panel(run, kind, number * PANEL_WIDTH)))
    print("</svg>")


if __name__ == "__main__":
    main()
