#!/usr/bin/env python3
"""Which PINs are refused (docs/protocol.md, section 8): each rule lists what it refuses; nothing is asked about a PIN.

`pin_policy.py` checks tests/vectors/pin-policy.json; `pin_policy.py --make` writes it if there is none.
"""

import hashlib
import json
import sys
from itertools import combinations_with_replacement, product
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "vectors" / "pin-policy.json"
DIGITS = "0123456789"
DAYS = dict(zip(range(1, 13), (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)))
KEYPAD = ["123", "456", "789"]


def words(length, alphabet=DIGITS):
    return map("".join, product(alphabet, repeat=length))


def at_most_two_digits(length):
    return {pin for pair in combinations_with_replacement(DIGITS, 2) for pin in words(length, pair)}


def runs(length):
    # 9 and 0 are neighbours, so the ring of digits is long enough for any PIN.
    ring = DIGITS * 3
    return {pin for start in range(10) for pin in (ring[start : start + length], ring[start : start + length][::-1])}


def repeated_parts(length):
    return {part * (length // size) for size in range(1, length) if length % size == 0 for part in words(size)}


def palindromes(length):
    return {half + half[::-1][length % 2 :] for half in words((length + 1) // 2)}


def keypad_lines(length):
    rows_and_columns = KEYPAD + list(map("".join, zip(*KEYPAD)))
    lines = rows_and_columns + [line[::-1] for line in rows_and_columns]
    return {one + other for one, other in product(lines, repeat=2)} if length == 6 else set()


def dates(length):
    days = [(f"{day:02}", f"{month:02}") for month, last in DAYS.items() for day in range(1, last + 1)]
    if length == 4:
        return {day + month for day, month in days} | {month + day for day, month in days}
    return {
        order
        for day, month in days
        for year in words(2)
        for order in (day + month + year, month + day + year, year + month + day)
    }


def years(length):
    years = [century + year for century in ("19", "20") for year in words(2)]
    rest = list(words(length - 4))
    return {pin for year in years for more in rest for pin in (year + more, more + year)}


RULES = [at_most_two_digits, runs, repeated_parts, palindromes, keypad_lines, dates, years]


def verdicts(length, rules=RULES):
    """One bit for each PIN in numeric order, the first in the highest bit of the first byte; 1 is refused."""
    refused = set().union(*(rule(length) for rule in rules))
    bitmap = bytearray(10**length // 8)
    for pin in refused:
        bitmap[int(pin) // 8] |= 0x80 >> int(pin) % 8
    return {"digits": length, "refused": len(refused), "sha256": hashlib.sha256(bitmap).hexdigest()}


def main():
    found = [verdicts(length) for length in (4, 6)]
    if sys.argv[1:] == ["--make"]:
        if FILE.exists():
            sys.exit("pin-policy.json exists: formats are forever")
        provenance = (
            "Made once by tests/independent/pin_policy.py, which lists the refused PINs from the text of the protocol. "
            "`sha256` is of a bitmap: one bit for each PIN in numeric order, highest bit first, 1 for refused."
        )
        FILE.write_text(json.dumps({"provenance": provenance, "verdicts": found}, indent=1) + "\n")
        return 0
    recorded = json.loads(FILE.read_text())["verdicts"]
    # The control: every rule must count, or leaving one out would go unnoticed.
    idle = [rule.__name__ for rule in RULES if verdicts(6, [other for other in RULES if other != rule]) == found[-1]]
    same = recorded == found
    print(f"PIN policy: {'as recorded' if same else 'DIFFERS'}, of a million {found[-1]['refused']} refused; "
          f"control: {len(RULES) - len(idle)} of {len(RULES)} rules count")
    if same and not idle:
        print(f"evidence 26: 1,000,000 PINs by rules that only list, in Python: as recorded, {found[-1]['refused']:,} refused"
              f" | control: with one of {len(RULES)} rules left out {len(RULES)} of {len(RULES)} lists differ")
    return 0 if same and not idle else 1


if __name__ == "__main__":
    sys.exit(main())
