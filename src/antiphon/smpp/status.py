"""What does a command_status say? The codes of SMPP 3.4 (5.1.3) with their names, and what they mean for a message."""

from typing import Final

OK: Final = 0x00
INVALID_LENGTH: Final = 0x02
INVALID_COMMAND: Final = 0x03
WRONG_BIND: Final = 0x04
ALREADY_BOUND: Final = 0x05
SYSTEM_ERROR: Final = 0x08
INVALID_DESTINATION: Final = 0x0B
INVALID_MESSAGE_ID: Final = 0x0C
BIND_FAILED: Final = 0x0D
INVALID_PASSWORD: Final = 0x0E
QUEUE_FULL: Final = 0x14
SUBMIT_FAILED: Final = 0x45
INVALID_SOURCE: Final = 0x0A
INVALID_ESM_CLASS: Final = 0x43
THROTTLED: Final = 0x58
INVALID_SCHEDULE: Final = 0x61
TEMPORARY: Final = 0x64
INVALID_TLV: Final = 0xC4
CANCEL_FAILED: Final = 0x11
QUERY_FAILED: Final = 0x67
UNKNOWN: Final = 0xFF
INVALID_MESSAGE_LENGTH: Final = 0x01
INVALID_SYSTEM_ID: Final = 0x0F
REPLACE_FAILED: Final = 0x13
INVALID_REPLACE_FLAG: Final = 0x54
INVALID_EXPIRY: Final = 0x62
INVALID_DEFAULT_MESSAGE: Final = 0x63
PERMANENT: Final = 0x65

_NAMES: Final = {
    0x00: "ESME_ROK",
    0x01: "ESME_RINVMSGLEN",
    0x02: "ESME_RINVCMDLEN",
    0x03: "ESME_RINVCMDID",
    0x04: "ESME_RINVBNDSTS",
    0x05: "ESME_RALYBND",
    0x06: "ESME_RINVPRTFLG",
    0x07: "ESME_RINVREGDLVFLG",
    0x08: "ESME_RSYSERR",
    0x0A: "ESME_RINVSRCADR",
    0x0B: "ESME_RINVDSTADR",
    0x0C: "ESME_RINVMSGID",
    0x0D: "ESME_RBINDFAIL",
    0x0E: "ESME_RINVPASWD",
    0x0F: "ESME_RINVSYSID",
    0x11: "ESME_RCANCELFAIL",
    0x13: "ESME_RREPLACEFAIL",
    0x14: "ESME_RMSGQFUL",
    0x15: "ESME_RINVSERTYP",
    0x33: "ESME_RINVNUMDESTS",
    0x34: "ESME_RINVDLNAME",
    0x40: "ESME_RINVDESTFLAG",
    0x42: "ESME_RINVSUBREP",
    0x43: "ESME_RINVESMCLASS",
    0x44: "ESME_RCNTSUBDL",
    0x45: "ESME_RSUBMITFAIL",
    0x48: "ESME_RINVSRCTON",
    0x49: "ESME_RINVSRCNPI",
    0x50: "ESME_RINVDSTTON",
    0x51: "ESME_RINVDSTNPI",
    0x53: "ESME_RINVSYSTYP",
    0x54: "ESME_RINVREPFLAG",
    0x55: "ESME_RINVNUMMSGS",
    0x58: "ESME_RTHROTTLED",
    0x61: "ESME_RINVSCHED",
    0x62: "ESME_RINVEXPIRY",
    0x63: "ESME_RINVDFTMSGID",
    0x64: "ESME_RX_T_APPN",
    0x65: "ESME_RX_P_APPN",
    0x66: "ESME_RX_R_APPN",
    0x67: "ESME_RQUERYFAIL",
    0xC0: "ESME_RINVOPTPARSTREAM",
    0xC1: "ESME_ROPTPARNOTALLWD",
    0xC2: "ESME_RINVPARLEN",
    0xC3: "ESME_RMISSINGOPTPARAM",
    0xC4: "ESME_RINVOPTPARAMVAL",
    0xFE: "ESME_RDELIVERYFAILURE",
    0xFF: "ESME_RUNKNOWNERR",
}

# The peer has not taken it because it has too much to do: the same message is welcome later.
BUSY: Final = frozenset({QUEUE_FULL, THROTTLED})
# It failed this time for no fault of the message.
PASSING: Final = frozenset({SYSTEM_ERROR, SUBMIT_FAILED, TEMPORARY})
# This peer will not take anything like it from us; another may.
OF_THE_ROUTE: Final = frozenset({WRONG_BIND, 0x0F, 0x15, 0x48, 0x49, 0x53, 0x65, 0x66, INVALID_SOURCE, UNKNOWN})


def name(code: int) -> str:
    return _NAMES.get(code, f"status {code:#010x}")
