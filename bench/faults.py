"""Is anything lost or sent twice in a hundred kills and a hundred cut links? The tests' own, with more rounds."""

import os
import subprocess
import sys

ROUNDS = "100"


def main() -> None:
    print(f"faults: {ROUNDS} kills and {ROUNDS} cut links on each database", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", "tests/program/test_smpp_crash.py"]
    subprocess.run(command, check=True, env={**os.environ, "ANTIPHON_TEST_ROUNDS": ROUNDS})
