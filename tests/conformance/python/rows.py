"""A suite is a list of rows; each function decorated with `row` is one, and they run in the order of the files."""

import importlib.metadata
import json
import traceback

_rows = []


def row(flow, sdk="circle-user-controlled-wallets"):
    """Adds a row; `flow` says what is called or carried out, `sdk` with which package."""

    def add(story):
        _rows.append((flow, sdk, story))
        return story

    return add


def run():
    """Runs all; one JSON object for each on standard output."""
    for flow, sdk, story in _rows:
        problem = None
        try:
            story()
        except Exception:  # whatever it was, it goes into the report
            problem = traceback.format_exc(limit=-3)
        version = importlib.metadata.version(sdk)
        print(json.dumps({"sdk": sdk, "version": version, "flow": flow, "problem": problem}), flush=True)
