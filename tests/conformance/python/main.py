"""Runs every row of Circle's Python SDK. Started by python.test.mjs."""

import importlib

import rows

# For their rows, which run in this order.
for part in ("users", "challenges", "settings"):
    importlib.import_module(part)
rows.run()
