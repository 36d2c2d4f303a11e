#!/usr/bin/env python3
"""How good rankings are against graded judgements: nDCG@10, over all queries and by their kind.

  bench/ndcg.py QUERIES.jsonl RANKED.jsonl

QUERIES has an object a line with id, kind and grades (id of a hit -> 1 to 3; all others are 0);
RANKED has one with query (such an id) and ids, best first. A query without a line found nothing.
The gain of grade g at rank r is (2^g - 1) / log2(r + 1); nDCG is the sum over the first ten,
divided by that of the best possible ten (Järvelin and Kekäläinen, 2002, with the exponential gain
of Burges et al., 2005).
"""

import argparse
import json
import math
import pathlib

DEPTH = 10


def dcg(grades):
    """`grades` in the order of the ranks; only the first ten count."""
    return sum((2**grade - 1) / math.log2(rank + 1)
               for rank, grade in enumerate(grades[:DEPTH], 1))


def ndcg(ranked, grades):
    """From 0 to 1. An id that comes again is no hit at its later place."""
    if not any(grades.values()):
        raise ValueError("a query without anything relevant has no nDCG")
    first = {name: rank for rank, name in reversed(list(enumerate(ranked)))}
    found = [grades.get(name, 0) if first[name] == rank else 0
             for rank, name in enumerate(ranked)]
    return dcg(found) / dcg(sorted(grades.values(), reverse=True))


def summary(queries, ranked):
    """Means in all and by kind; `ranked` maps ids of queries to ids of hits."""
    unknown = ranked.keys() - {query["id"] for query in queries}
    if unknown:
        raise ValueError(f"ranked, but no query: {', '.join(sorted(unknown))}")
    kinds = {}
    for query in queries:
        value = ndcg(ranked.get(query["id"], []), query["grades"])
        kinds.setdefault(query["kind"], []).append(value)
    everything = [value for values in kinds.values() for value in values]
    return {"queries": len(everything), "ndcg_at_10": mean(everything),
            "by_kind": {kind: mean(values) for kind, values in kinds.items()}}


def mean(values):
    return round(sum(values) / len(values), 4)


def read_lines(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text("utf-8").splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("queries")
    parser.add_argument("ranked")
    arguments = parser.parse_args()
    ranked = {line["query"]: line["ids"] for line in read_lines(arguments.ranked)}
    print(json.dumps(summary(read_lines(arguments.queries), ranked), indent=2))


if __name__ == "__main__":
    main()
