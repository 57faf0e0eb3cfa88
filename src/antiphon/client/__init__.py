"""Antiphon from Python: `Antiphon` for programs that wait, `AsyncAntiphon` for those that do not."""

from antiphon.client.aio import AsyncAntiphon
from antiphon.client.calls import Problem, Unreachable
from antiphon.client.shapes import (
    Accepted,
    Campaign,
    Carrier,
    Choice,
    Contact,
    Conversation,
    Draft,
    Joined,
    Lane,
    List,
    Message,
    OptOut,
    Progress,
    Reply,
    Result,
    Route,
    Step,
    Tag,
    Wallet,
    Word,
)
from antiphon.client.sync import Antiphon

__all__ = [
    "Accepted",
    "Antiphon",
    "AsyncAntiphon",
    "Campaign",
    "Carrier",
    "Choice",
    "Contact",
    "Conversation",
    "Draft",
    "Joined",
    "Lane",
    "List",
    "Message",
    "OptOut",
    "Problem",
    "Progress",
    "Reply",
    "Result",
    "Route",
    "Step",
    "Tag",
    "Unreachable",
    "Wallet",
    "Word",
]
