"""Antiphon from Python: `Antiphon` for programs that wait, `AsyncAntiphon` for those that do not."""

from antiphon.client.aio import AsyncAntiphon
from antiphon.client.callback_shapes import Attempt, Callback, Detail, Tried
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
    "Attempt",
    "Callback",
    "Campaign",
    "Carrier",
    "Choice",
    "Contact",
    "Conversation",
    "Detail",
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
    "Tried",
    "Unreachable",
    "Wallet",
    "Word",
]
