"""Does a vendor's name stay in its own room?"""

import re
from pathlib import Path

import pytest

import antiphon

SOURCE = Path(antiphon.__file__).parent


@pytest.mark.parametrize("vendor", ["octopush", "atom", "exotel"])
def test_a_vendor_is_named_only_at_home(vendor: str) -> None:
    named = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if re.search(rf"\b{vendor}\b", path.read_text(), re.IGNORECASE)
    }
    elsewhere = {path for path in named if not path.startswith(f"dialects/{vendor}")}
    assert elsewhere <= {"app.py"}
