"""What is around every answer of this vendor, and how does it write ids, times and prices?"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from antiphon.core.account import Account
from antiphon.core.money import MICROS
from antiphon.dialects.door import Answer


def read_sid(account: Account, written: str) -> int | None:
    """The id in a sid; None where it cannot be one of this account."""
    if not re.fullmatch("[0-9a-fA-F]{32}", written) or int(written[:16], 16) != account.id:
        return None
    id = int(written[16:], 16)
    return id if id < 1 << 63 else None


def write_sid(account: Account, id: int) -> str:
    """32 hexadecimal digits: the account's id and the thing's."""
    return f"{account.id:016x}{id:016x}"


def write_time(at: datetime, account: Account) -> str:
    """`2017-11-12 00:24:31`, by the account's own clock."""
    return f"{at.astimezone(ZoneInfo(account.time_zone)):%Y-%m-%d %H:%M:%S}"


def write_price(amount: int) -> str:
    """`0.180000`, of micro-units."""
    return f"{amount // MICROS}.{amount % MICROS:06}"


def asks_for_json(path: str) -> bool:
    return path.rstrip("/ ").lower().endswith(".json")


def xml(body: Mapping[str, Any] | Sequence[Mapping[str, Any]], status: int = 200) -> Answer:
    """What would be JSON, under the root `TwilioResponse`; of a list, one element after the other."""
    root = ET.Element("TwilioResponse")
    for item in [body] if isinstance(body, Mapping) else body:
        for name, value in item.items():
            _append(root, name, value)
    encoded = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return Answer(status, encoded, {"Content-Type": "application/xml"})


def _append(parent: ET.Element, name: str, value: Any) -> None:
    element = ET.SubElement(parent, name)
    if isinstance(value, Mapping):
        for inner, item in value.items():  # pyright: ignore[reportUnknownVariableType]
            _append(element, str(inner), item)  # pyright: ignore[reportUnknownArgumentType]
    elif value is not None:
        element.text = re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", str(value))  # XML 1.0, 2.2
