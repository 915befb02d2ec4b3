#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The inputs that fuzzers grew, kept as one file per target.

  grown.py out TARGET DIR        writes them as files, for a fuzzer to go on from
  grown.py keep TARGET DIR [N]   keeps the best N (preset 300) of the files in DIR: those that show most that is new per byte

Inputs that could hold something of a machine or a person (paths, addresses, numbers that pass for a BSN outside the official test
range) and those above 2 KiB are left out.
"""
import base64
import pathlib
import re
import sys

CORPUS = pathlib.Path(__file__).parent / "corpus"
FOREIGN = re.compile(rb"/(?:home|root|tmp|work|var|usr)\b|(?<![\d.])(?!127\.|0\.)\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")


def is_bsn(digits):
    return (sum((9 - i) * int(d) for i, d in enumerate(digits[:8])) - int(digits[8])) % 11 == 0


def may_stay(data):
    numbers = (n.decode() for n in re.findall(rb"(?<!\d)\d{9}(?!\d)", data))
    return len(data) <= 2048 and not FOREIGN.search(data) and not any(
        is_bsn(n) and not n.startswith("9999") and n != "0" * 9 for n in numbers)


def pieces(data):
    return {data[i:i + 3] for i in range(max(1, len(data) - 2))}


def main(verb, target, folder, most=300):
    grown = CORPUS / target / "grown.base64"
    if verb == "out":
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        for number, line in enumerate(grown.read_text().splitlines()):
            (pathlib.Path(folder) / f"grown-{number:03}").write_bytes(base64.b64decode(line))
        return
    seen = set()
    for file in (CORPUS / target).iterdir():
        if file != grown:
            seen |= pieces(file.read_bytes())
    found = {data: pieces(data) for data in {f.read_bytes() for f in pathlib.Path(folder).iterdir()} if may_stay(data)}
    kept = []
    while found and len(kept) < int(most):
        best = max(found, key=lambda data: (len(found[data] - seen) / (len(data) + 20), -len(data), data))
        if not found[best] - seen:
            break
        seen |= found.pop(best)
        kept.append(best)
    grown.write_text("".join(base64.b64encode(d).decode() + "\n" for d in sorted(kept, key=lambda d: (len(d), d))))
    print(f"{target}: {len(kept)} inputs, {sum(map(len, kept))} bytes")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5) or sys.argv[1] not in ("out", "keep"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
