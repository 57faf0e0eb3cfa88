"""What do the PDUs of SMPP 3.4 say? Records; sections and tables are the standard's.

Their fields stand in the order of the wire. A `str` is a C-octet string in Latin-1 whose limit leaves out the NUL, an
`int` one octet, `bytes` the short message with its length before it, and `tlvs` all that is left.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Annotated, Final

from msgspec import Meta, Struct


class Command(IntEnum):
    """5.1.2.1"""

    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    QUERY_SM = 0x03
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    REPLACE_SM = 0x07
    CANCEL_SM = 0x08
    BIND_TRANSCEIVER = 0x09
    OUTBIND = 0x0B
    ENQUIRE_LINK = 0x15
    ALERT_NOTIFICATION = 0x102
    DATA_SM = 0x103
    GENERIC_NACK = 0x8000_0000
    BIND_RECEIVER_RESP = 0x8000_0001
    BIND_TRANSMITTER_RESP = 0x8000_0002
    QUERY_SM_RESP = 0x8000_0003
    SUBMIT_SM_RESP = 0x8000_0004
    DELIVER_SM_RESP = 0x8000_0005
    UNBIND_RESP = 0x8000_0006
    REPLACE_SM_RESP = 0x8000_0007
    CANCEL_SM_RESP = 0x8000_0008
    BIND_TRANSCEIVER_RESP = 0x8000_0009
    ENQUIRE_LINK_RESP = 0x8000_0015
    DATA_SM_RESP = 0x8000_0103


class Tag(IntEnum):
    """The optional parameters that we write or read ourselves (5.3.2); others pass by their number."""

    SOURCE_PORT = 0x020A
    DESTINATION_PORT = 0x020B
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_MSG_REF_NUM = 0x020C
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    SC_INTERFACE_VERSION = 0x0210
    RECEIPTED_MESSAGE_ID = 0x001E
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MORE_MESSAGES_TO_SEND = 0x0426
    MESSAGE_STATE = 0x0427


Tlvs = Mapping[int, bytes]
NO_TLVS: Final[Tlvs] = {}
_Service = Annotated[str, Meta(max_length=5)]
# The standard has 15 and 8 characters; carriers hand out longer ones, and everybody reads them.
_SystemId = Annotated[str, Meta(max_length=64)]
_Password = Annotated[str, Meta(max_length=64)]
_SystemType = Annotated[str, Meta(max_length=12)]
_Address = Annotated[str, Meta(max_length=20)]
_LongAddress = Annotated[str, Meta(max_length=64)]
_Range = Annotated[str, Meta(max_length=40)]
_MessageId = Annotated[str, Meta(max_length=64)]
_Time = Annotated[str, Meta(max_length=16)]


class Nothing(Struct, frozen=True, gc=False):
    """The body of a PDU that has none."""


class Bind(Struct, frozen=True, gc=False):
    """4.1.1, 4.1.3, 4.1.5"""

    system_id: _SystemId = ""
    password: _Password = ""
    system_type: _SystemType = ""
    interface_version: int = 0x34
    addr_ton: int = 0
    addr_npi: int = 0
    address_range: _Range = ""


class BindResp(Struct, frozen=True, gc=False):
    """4.1.2, 4.1.4, 4.1.6"""

    system_id: _SystemId = ""
    tlvs: Tlvs = NO_TLVS


class Outbind(Struct, frozen=True, gc=False):
    """4.1.7.1"""

    system_id: _SystemId = ""
    password: _Password = ""


class ShortMessage(Struct, frozen=True, gc=False):
    """submit_sm (4.4.1) and deliver_sm (4.6.1), which have one layout."""

    service_type: _Service = ""
    source_ton: int = 0
    source_npi: int = 0
    source: _Address = ""
    destination_ton: int = 0
    destination_npi: int = 0
    destination: _Address = ""
    esm_class: int = 0
    protocol_id: int = 0
    priority: int = 0
    schedule_delivery_time: _Time = ""
    validity_period: _Time = ""
    registered_delivery: int = 0
    replace_if_present: int = 0
    data_coding: int = 0
    default_message_id: int = 0
    short_message: bytes = b""
    tlvs: Tlvs = NO_TLVS

    @property
    def user_data(self) -> bytes:
        """The message wherever it stands: a payload parameter stands in for an empty short message (5.3.2.32)."""
        return self.short_message or self.tlvs.get(Tag.MESSAGE_PAYLOAD, b"")


class DataSm(Struct, frozen=True, gc=False):
    """4.7.1"""

    service_type: _Service = ""
    source_ton: int = 0
    source_npi: int = 0
    source: _LongAddress = ""
    destination_ton: int = 0
    destination_npi: int = 0
    destination: _LongAddress = ""
    esm_class: int = 0
    registered_delivery: int = 0
    data_coding: int = 0
    tlvs: Tlvs = NO_TLVS

    @property
    def user_data(self) -> bytes:
        return self.tlvs.get(Tag.MESSAGE_PAYLOAD, b"")


class Taken(Struct, frozen=True, gc=False):
    """The answer to submit_sm, deliver_sm and data_sm (4.4.2, 4.6.2, 4.7.2)."""

    message_id: _MessageId = ""
    tlvs: Tlvs = NO_TLVS


class QuerySm(Struct, frozen=True, gc=False):
    """4.8.1"""

    message_id: _MessageId = ""
    source_ton: int = 0
    source_npi: int = 0
    source: _Address = ""


class QuerySmResp(Struct, frozen=True, gc=False):
    """4.8.2"""

    message_id: _MessageId = ""
    final_date: _Time = ""
    message_state: int = 0
    error_code: int = 0


class CancelSm(Struct, frozen=True, gc=False):
    """4.9.1"""

    service_type: _Service = ""
    message_id: _MessageId = ""
    source_ton: int = 0
    source_npi: int = 0
    source: _Address = ""
    destination_ton: int = 0
    destination_npi: int = 0
    destination: _Address = ""


class ReplaceSm(Struct, frozen=True, gc=False):
    """4.10.1"""

    message_id: _MessageId = ""
    source_ton: int = 0
    source_npi: int = 0
    source: _Address = ""
    schedule_delivery_time: _Time = ""
    validity_period: _Time = ""
    registered_delivery: int = 0
    default_message_id: int = 0
    short_message: bytes = b""


class AlertNotification(Struct, frozen=True, gc=False):
    """4.12.1"""

    source_ton: int = 0
    source_npi: int = 0
    source: _LongAddress = ""
    esme_ton: int = 0
    esme_npi: int = 0
    esme: _LongAddress = ""
    tlvs: Tlvs = NO_TLVS


Body = (
    Nothing
    | Bind
    | BindResp
    | Outbind
    | ShortMessage
    | DataSm
    | Taken
    | QuerySm
    | QuerySmResp
    | CancelSm
    | ReplaceSm
    | AlertNotification
)
NOTHING: Final = Nothing()
BODIES: Final[Mapping[int, type[Body]]] = {
    **dict.fromkeys((Command.BIND_RECEIVER, Command.BIND_TRANSMITTER, Command.BIND_TRANSCEIVER), Bind),
    **dict.fromkeys(
        (Command.BIND_RECEIVER_RESP, Command.BIND_TRANSMITTER_RESP, Command.BIND_TRANSCEIVER_RESP), BindResp
    ),
    **dict.fromkeys((Command.SUBMIT_SM, Command.DELIVER_SM), ShortMessage),
    **dict.fromkeys((Command.SUBMIT_SM_RESP, Command.DELIVER_SM_RESP, Command.DATA_SM_RESP), Taken),
    Command.OUTBIND: Outbind,
    Command.DATA_SM: DataSm,
    Command.QUERY_SM: QuerySm,
    Command.QUERY_SM_RESP: QuerySmResp,
    Command.CANCEL_SM: CancelSm,
    Command.REPLACE_SM: ReplaceSm,
    Command.ALERT_NOTIFICATION: AlertNotification,
    **dict.fromkeys(
        (
            Command.UNBIND,
            Command.UNBIND_RESP,
            Command.ENQUIRE_LINK,
            Command.ENQUIRE_LINK_RESP,
            Command.CANCEL_SM_RESP,
            Command.REPLACE_SM_RESP,
            Command.GENERIC_NACK,
        ),
        Nothing,
    ),
}
