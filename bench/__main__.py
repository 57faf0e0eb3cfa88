"""`python -m bench` runs all of them, `python -m bench contacts` one."""

import sys

from bench import callbacks, contacts, dispatch, faults, inbound, kannel, sends, smpp

BENCHMARKS = {
    "contacts": contacts.main,
    "sends": sends.main,
    "dispatch": dispatch.main,
    "smpp": smpp.main,
    "callbacks": callbacks.main,
    "inbound": inbound.main,
    "kannel": kannel.main,
    "faults": faults.main,
}

for wanted in sys.argv[1:] or BENCHMARKS:
    BENCHMARKS[wanted]()
