"""What has the far end taken, and what does it tell of it?"""

from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from antiphon.core import air
from antiphon.core.air import Alphabet
from antiphon.smpp import receipt as receipts
from antiphon.smpp.bodies import NO_TLVS, DataSm, ShortMessage, Tag, Tlvs
from antiphon.smpp.receipt import Receipt

_RECEIPT: Final = 0x04


class Kept(Struct):
    """A message that was taken, what it will become, and once it has, when."""

    system_id: str
    answered_id: str
    reported_id: str
    body: ShortMessage | DataSm
    state: str = "ENROUTE"
    end_state: str = "DELIVRD"
    done: str = ""
    stops: bool = False
    silent: bool = False

    def end(self) -> None:
        """What it was to become, it is now."""
        if self.state == "ENROUTE":
            self.state, self.done = self.end_state, datetime.now(UTC).strftime("%y%m%d%H%M")


def receipt_of(kept: Kept, tell: str) -> ShortMessage:
    told = Receipt((kept.reported_id,), kept.state, "000" if kept.state == "DELIVRD" else "001", kept.done)
    text = receipts.write(told, kept.done, air.read(kept.body.user_data[:20], kept.body.data_coding, Alphabet.GSM))
    tlvs: Tlvs = {
        Tag.RECEIPTED_MESSAGE_ID: kept.reported_id.encode() + b"\0",
        Tag.MESSAGE_STATE: bytes((receipts.code(kept.state),)),
    }
    return ShortMessage(
        source_ton=kept.body.destination_ton,
        source_npi=kept.body.destination_npi,
        source=kept.body.destination[:20],
        destination_ton=kept.body.source_ton,
        destination_npi=kept.body.source_npi,
        destination=kept.body.source[:20],
        esm_class=_RECEIPT,
        short_message=b"" if tell == "tlv" else text,
        tlvs=NO_TLVS if tell == "text" else tlvs,
    )


def reply_to(body: ShortMessage | DataSm, said: bytes) -> ShortMessage:
    return ShortMessage(source=body.destination[:20], destination=body.source[:20], short_message=said)
