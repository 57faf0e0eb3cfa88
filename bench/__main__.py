"""`python -m bench` runs all of them, `python -m bench contacts` one."""

import sys

from bench import contacts, dispatch

BENCHMARKS = {"contacts": contacts.main, "dispatch": dispatch.main}

for wanted in sys.argv[1:] or BENCHMARKS:
    BENCHMARKS[wanted]()
