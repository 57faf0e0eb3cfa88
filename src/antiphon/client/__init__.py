"""Antiphon from Python: `Antiphon` for programs that wait, `AsyncAntiphon` for those that do not."""

from antiphon.client.aio import AsyncAntiphon
from antiphon.client.calls import Problem, Unreachable
from antiphon.client.shapes import (
    Accepted,
    Campaign,
    Contact,
    Draft,
    Joined,
    List,
    Message,
    OptOut,
    Progress,
    Reply,
    Result,
    Tag,
    Wallet,
)
from antiphon.client.sync import Antiphon

__all__ = [
    "Accepted",
    "Antiphon",
    "AsyncAntiphon",
    "Campaign",
    "Contact",
    "Draft",
    "Joined",
    "List",
    "Message",
    "OptOut",
    "Problem",
    "Progress",
    "Reply",
    "Result",
    "Tag",
    "Unreachable",
    "Wallet",
]
