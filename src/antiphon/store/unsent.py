"""Has a campaign something left to send? Conditions, for queries about campaigns."""

from sqlalchemy import ColumnElement, and_, literal, or_, select

from antiphon.core.campaign import Purpose
from antiphon.core.message import State
from antiphon.store.schema import campaigns, messages


def is_open() -> ColumnElement[bool]:
    """Has it a message that waits, is held or is leaving?"""
    # Asked at once: between two questions a message could go back from one state to the other.
    open_ = has(State.WAITING, State.SUBMITTING, State.HELD)
    # An alert that may have been lost is looked at once more before all is over.
    unsettled = has(State.IN_DOUBT, also=messages.c.process_id.is_not(None))
    return or_(open_, and_(campaigns.c.purpose == Purpose.ALERT, unsettled))


def has(*states: State, also: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
    """Has it a message in one of these states?"""
    mine = (messages.c.account_id == campaigns.c.account_id) & (messages.c.campaign_id == campaigns.c.id)
    # Spelled out in the statement, not sent beside it: only so does SQLite see that the partial index will do.
    in_one = or_(*(messages.c.state == literal(state.value, literal_execute=True) for state in states))
    found = select(messages.c.id).where(mine, in_one)
    return (found if also is None else found.where(also)).exists()
