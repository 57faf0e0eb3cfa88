"""Does a vendor's name stay in its own room?"""

import re
from pathlib import Path

import pytest

import antiphon

SOURCE = Path(antiphon.__file__).parent
HOUSES = {"nexmo": "vonage"}  # who is called otherwise today


@pytest.mark.parametrize("vendor", ["octopush", "atom", "exotel", "twilio", "vonage", "nexmo"])
def test_a_vendor_is_named_only_at_home(vendor: str) -> None:
    named = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if re.search(rf"\b{vendor}\b", path.read_text(), re.IGNORECASE)
    }
    home = f"dialects/{vendor}", f"carriers/http/{HOUSES.get(vendor, vendor)}.py"
    assert {path for path in named if not path.startswith(home)} <= {"app.py", "app_carriers.py"}
