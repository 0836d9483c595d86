#!/usr/bin/env python3
"""Rule 1 for answers (docs/protocol.md, section 7), written from its text with Python's own Unicode tables.

`answers.py` checks tests/vectors/answers.json and says where it differs. `answers.py --make` writes the file if there
is none: formats are forever, so a file that exists is never written again.
"""

import hashlib
import json
import re
import sys
import unicodedata
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "vectors" / "answers.json"
BLOCK = 4096
# A code point between letters, alone, between an i and the dot that belongs to it, and before marks that reorder.
CONTEXTS = ["a{}b", "{}", "i{}\u0307", "{}\u0323\u0301"]

# Default_Ignorable_Code_Point of DerivedCoreProperties.txt: what has no shape of its own. Plane 14 as a whole.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Extended_Pictographic of emoji-data.txt keeps these for the symbols of the future: a phone that knows an emoji and one
# that does not yet must agree.
PICTOGRAPHS = "\U0001f000-\U0001f0ff\U0001f10d-\U0001faff\U0001fc00-\U0001fffd"
WITHOUT_MEANING = re.compile(f"[{INVISIBLE}{PICTOGRAPHS}]")


def is_dropped(character):
    category = unicodedata.category(character)
    return category[0] in "PSZ" or category in ("Cc", "Cf") or bool(WITHOUT_MEANING.match(character))


def normal(text, fold=str.casefold):
    """The rule applied until nothing changes, which is what makes a normal form one."""
    for _ in range(10):
        last = text
        text = fold(unicodedata.normalize("NFKC", text)).replace("\u0131", "i")
        text = re.sub("i\u0307+", "i", text)
        text = "".join(character for character in text if not is_dropped(character))
        text = unicodedata.normalize("NFKC", text)
        if text == last:
            return text.encode()
    raise ValueError("the rule does not come to rest")


CASES = {
    "English with a typographic apostrophe": "St. Mary\u2019s",
    "spaces, tabs and a line break": "  New\tYork \r\n",
    "hyphens and dashes": "Jean-Luc \u2013 \u2014 \u2011 Picard",
    "sharp s": "Stra\u00dfe",
    "capital sharp s": "STRA\u1e9eE",
    "capital I with dot": "\u0130stanbul",
    "dotless i": "\u0131stanbul",
    "i with a dot apart": "i\u0307stanbul",
    "i, a joiner and a dot: dropping brings them together": "i\u200d\u0307stanbul",
    "precomposed": "Zo\u00eb",
    "decomposed": "ZOE\u0308",
    "final sigma": "\u03a3\u0399\u03a3\u03a5\u03a6\u039f\u03a3 \u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2",
    "iota subscript": "\u1fb3 \u1fbc \u03b1\u0345",
    "full width": "\uff34\uff4f\uff4b\uff59\uff4f\u3000\uff11\uff12",
    "half-width kana with a voicing mark": "\uff76\uff9e\uff70",
    "hiragana, decomposed": "\u304b\u3099",
    "hangul as jamo": "\u1112\u1161\u11ab\u1100\u1173\u11af",
    "hangul fillers": "\u3164\ud55c\uffa0\u115f\u1160",
    "ideographic variation sequence": "\u845b\U000e0100\u57ce",
    "CJK compatibility ideograph": "\uf900 \U0002f800",
    "emoji with variation selector": "I \u2764\ufe0f NY",
    "emoji without": "I \u2764 NY",
    "family of joined emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467 home",
    "flag and keycap": "\U0001f1e9\U0001f1ea 1\ufe0f\u20e3",
    "an emoji that Unicode 14 does not have": "dog \U0001fae8 cat",
    "Persian with a non-joiner": "\u0645\u06cc\u200c\u0631\u0648\u0645",
    "Arabic with marks and a tatweel": "\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u0640\u062f",
    "Arabic presentation form": "\ufdfa",
    "Hebrew with points": "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd",
    "Devanagari with a joiner": "\u0915\u094d\u200d\u0937",
    "Thai": "\u0e01\u0e33\u0e44\u0e23",
    "Vietnamese, decomposed": "Vie\u0323\u0302t Nam",
    "Lithuanian": "i\u0307\u0301 \u012e\u0307",
    "ligatures": "\ufb03 \ufb06 \u0587 \u01c4",
    "Georgian capitals": "\u1c90\u1c91",
    "Cherokee": "\uab70 \u13f8",
    "numbers in other clothes": "\u2167 \u24d0 \u00bd \u33ce \u2075",
    "j with caron": "\u01f0 J\u030c",
    "spacing accent": "a\u00b4 a\u02c7",
    "controls, soft hyphen and byte order mark": "\ufeffa\u00ad\u0000\u0085\u2028b",
    "grapheme joiner": "c\u034fh",
    "mathematical letters": "\U0001d504\U0001d7d8",
    "nothing but signs": " -.\u2019\u2764\ufe0f",
    "marks alone": "\u0301\u0323",
    "unassigned and private use": "a\ue000\u0378b",
}


def assigned():
    """Ranges of the code points that this Python's Unicode assigns a character (no surrogates, no private use)."""
    ranges = []
    for point in range(0x110000):
        if unicodedata.category(chr(point)) in ("Cn", "Cs", "Co"):
            continue
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return ranges


def digests(ranges, fold=str.casefold):
    """For each block of 4,096 code points and each context: SHA-256 of LP(normal form) of each assigned one in order."""
    blocks = {}
    for first, last in ranges:
        for point in range(first, last + 1):
            hashes = blocks.setdefault(point // BLOCK * BLOCK, [hashlib.sha256() for _ in CONTEXTS])
            for context, hasher in zip(CONTEXTS, hashes):
                form = normal(context.format(chr(point)), fold)
                hasher.update(len(form).to_bytes(2, "big") + form)
    return [{"first": first, "sha256": [h.hexdigest() for h in hashes]} for first, hashes in sorted(blocks.items())]


def make():
    ranges = assigned()
    vectors = {
        "provenance": f"Made once by tests/independent/answers.py with Python {sys.version.split()[0]} and its "
        f"unicodedata {unicodedata.unidata_version}; never to be made again. See README.md.",
        "rule": 1,
        "cases": [{"about": about, "text": text, "normal": normal(text).hex()} for about, text in CASES.items()],
        "unicode": unicodedata.unidata_version,
        "assigned": ranges,
        "block": BLOCK,
        "contexts": CONTEXTS,
        "digests": digests(ranges),
    }
    # ASCII only: an editor that normalises text would change what is tested.
    text = json.dumps(vectors, indent=1)
    text = re.sub(r"\[\s+(\d+),\s+(\d+)\s+\]", r"[\1, \2]", text)
    FILE.write_text(text + "\n")


def check():
    vectors = json.loads(FILE.read_text())
    wrong = [case["about"] for case in vectors["cases"] if normal(case["text"]).hex() != case["normal"]]
    unlike = lambda found: [one["first"] for one, other in zip(found, vectors["digests"], strict=True) if one != other]
    wrong += [f"block U+{first:04X}" for first in unlike(digests(vectors["assigned"]))]
    # The control: without case folding the blocks that hold capitals must differ, or nothing was compared.
    caught = unlike(digests(vectors["assigned"], fold=lambda text: text))
    count = sum(last - first + 1 for first, last in vectors["assigned"])
    print(f"answers: {len(vectors['cases'])} cases, {count} code points in {len(CONTEXTS)} contexts, "
          f"{len(wrong)} differences; control: {len(caught)} blocks differ without folding")
    for line in wrong:
        print("  differs:", line)
    if not wrong and 0 in caught:
        print(f"evidence 8: {count:,} code points in {len(CONTEXTS)} contexts, Python against what is recorded: 0 differences"
              f" | control: without folding {len(caught)} blocks differ")
    return 1 if wrong or 0 not in caught else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--make"]:
        if FILE.exists():
            sys.exit("answers.json exists: formats are forever")
        make()
    else:
        sys.exit(check())
