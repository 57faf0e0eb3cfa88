"""What is done by itself when somebody answers: /automations."""

from datetime import datetime
from typing import Any

from msgspec import Struct, to_builtins

from antiphon.core.automation import (
    Action,
    AddToList,
    Automation,
    AutoReply,
    CallWebhook,
    Match,
    RemoveFromList,
    Rule,
    SendTo,
)
from antiphon.core.errors import BadField, MissingField
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.native.envelope import read_id
from antiphon.services import automations

# {"match": "equals", "words": "yes", "receiver": "36111", "actions": [{"type": "add_to_list", "list": "8213048"},
#  {"type": "auto_reply", "text": "Thank you, {first_name}!"}]}


class WireAction(Struct, forbid_unknown_fields=True, omit_defaults=True):
    type: str
    list: str | None = None
    url: str | None = None
    format: str | None = None
    number: str | None = None
    text: str | None = None


class WireRule(Struct, forbid_unknown_fields=True):
    match: Match
    words: str
    actions: list[WireAction]
    receiver: str | None = None


class WireAutomation(Struct):
    id: str
    match: Match
    words: str
    actions: list[WireAction]
    receiver: str | None
    created_at: datetime


class WireAll(Struct):
    data: list[WireAutomation]


def read_rule(wire: WireRule) -> Rule:
    """Raises MissingField or BadField."""
    return Rule(
        match=wire.match,
        words=wire.words,
        actions=tuple(read_action(action, place) for place, action in enumerate(wire.actions)),
        receiver=(wire.receiver or "").strip() or None,
    )


def read_action(wire: WireAction, place: int) -> Action:
    """Raises MissingField or BadField."""
    field = f"actions[{place}]"
    if wire.type not in _NEEDS:
        raise BadField(field=f"{field}.type", reason=f"is not one of {', '.join(_NEEDS)}")
    name, make = _NEEDS[wire.type]
    value = getattr(wire, name)
    if not value:
        raise MissingField(field=f"{field}.{name}")
    if make in (AddToList, RemoveFromList):
        return make(read_id(value, f"{field}.list"))
    return CallWebhook(value, wire.format or "native") if make is CallWebhook else make(value)


def write_action(action: Action) -> WireAction:
    told = to_builtins(action)
    list_id = told.pop("list_id", None)
    return WireAction(**told, list=None if list_id is None else str(list_id))


def write_automation(automation: Automation) -> WireAutomation:
    rule = automation.rule
    actions = [write_action(action) for action in rule.actions]
    return WireAutomation(str(automation.id), rule.match, rule.words, actions, rule.receiver, automation.created_at)


async def search(call: Call) -> WireAll:
    """All automations, the oldest first."""
    return WireAll([write_automation(one) for one in await automations.all_of(call.store, call.account)])


async def create(call: Call, body: WireRule) -> Answer:
    """Make an automation."""
    made = await automations.create(call.store, call.account, read_rule(body))
    return Answer(201, write_automation(made), {"Location": f"/api/v1/automations/{made.id}"})


async def detail(call: Call) -> WireAutomation:
    """One automation."""
    return write_automation(await automations.find(call.store, call.account, read_id(call.path["id"])))


async def edit(call: Call, body: WireRule) -> WireAutomation:
    """Put another rule in its place."""
    id = read_id(call.path["id"])
    return write_automation(await automations.edit(call.store, call.account, id, read_rule(body)))


async def delete(call: Call) -> Answer:
    """Remove an automation."""
    await automations.remove(call.store, call.account, read_id(call.path["id"]))
    return Answer(204)


_NEEDS: dict[str, tuple[str, Any]] = {
    "add_to_list": ("list", AddToList),
    "remove_from_list": ("list", RemoveFromList),
    "call_webhook": ("url", CallWebhook),
    "send_to": ("number", SendTo),
    "auto_reply": ("text", AutoReply),
}
