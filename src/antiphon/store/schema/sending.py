"""What is said to them, what became of it, and what do they answer?"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from antiphon.store.instants import Instant
from antiphon.store.schema.tables import Json, metadata, where

campaigns = Table(
    "campaigns",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sender", Text),
    Column("purpose", Text, nullable=False),
    Column("send_at", Instant),
    Column("with_replies", Boolean, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("messages", BigInteger, nullable=False),
    Column("opted_out", BigInteger, nullable=False),
    Column("segments", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reason", Text),
    Column("created_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("quality", Text, nullable=False, server_default="premium"),
    Column("voice_gender", Text),
    Column("voice_language", Text),
    Column("reserved", BigInteger, nullable=False, server_default="0"),
    Column("ended_at", Instant),
    Column("name", Text),
    Column("audience_names", Json),
    Column("audience_ids", Json),
    Column("syntax", Text, nullable=False, server_default="braces"),
    Column("end_at", Instant),
    Column("archived_at", Instant),
    Column("callbacks", Json),
    Column("extras", Json),
    Column("pacing", Json),
    Column("next_at", Instant),
    Column("canary_left", Integer),
    Column("despite_opt_out", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)


# What the workers look for over all accounts, each in the order in which it is worked off.
Index("ix_campaigns_calculating", campaigns.c.id, **where("state = 'calculating'"))
Index("ix_campaigns_scheduled", campaigns.c.send_at, **where("state = 'scheduled'"))
Index("ix_campaigns_sending", campaigns.c.audience, campaigns.c.id, **where("state = 'sending'"))
Index("ix_campaigns_paused", campaigns.c.id, **where("state = 'paused'"))
Index("ix_campaigns_ending", campaigns.c.end_at, **where("end_at IS NOT NULL AND ended_at IS NULL"))
Index("ix_campaigns_stopping", campaigns.c.id, **where("state = 'stopped' AND ended_at IS NULL"))
# What a client asks for of its own: all but single texts, the last that it has not confirmed, how many were cancelled.
Index(
    "ix_campaigns_made",
    campaigns.c.account_id,
    campaigns.c.id,
    **where("audience <> 'numbers' OR voice_language IS NOT NULL"),
)
Index("ix_campaigns_ready", campaigns.c.account_id, campaigns.c.id, **where("state = 'ready'"))
Index("ix_campaigns_cancelled", campaigns.c.account_id, campaigns.c.ended_at, **where("state = 'cancelled'"))

# Which accounts have a campaign that somebody is told of.
Index("ix_campaigns_telling", campaigns.c.account_id, **where("callbacks IS NOT NULL"))

messages = Table(
    "messages",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("campaign_id", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("text", Text),
    Column("segments", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("process_id", BigInteger),
    Column("carrier", Text),
    Column("reference", Text),
    Column("error", Text),
    Column("updated_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", Instant),
    Column("claimed_at", Instant),
    Column("answered_at", Instant),
    Column("reported_at", Instant),
    Column("time_zone", Text),
    PrimaryKeyConstraint("account_id", "id"),
    UniqueConstraint("account_id", "campaign_id", "number"),
    sqlite_with_rowid=False,
)
Index(
    "ix_messages_open",
    messages.c.account_id,
    messages.c.campaign_id,
    messages.c.state,
    messages.c.id,
    **where("state = 'waiting' OR state = 'submitting' OR state = 'held'"),
)
Index("ix_messages_held", messages.c.due_at, **where("state = 'held'"))
# What is in doubt names the process that had it, until it was decided what becomes of it.
Index(
    "ix_messages_in_doubt",
    messages.c.account_id,
    messages.c.campaign_id,
    messages.c.state,
    messages.c.process_id,
    **where("state = 'in_doubt'"),
)
# Who answers is known by the number alone.
Index("ix_messages_number", messages.c.number, messages.c.account_id, messages.c.id)
# Of what a carrier has taken, what is to be asked about, if that carrier can be asked.
Index(
    "ix_messages_asked",
    messages.c.carrier,
    messages.c.due_at,
    **where("state = 'accepted' AND due_at IS NOT NULL"),
)
Index("ix_messages_reference", messages.c.carrier, messages.c.reference, **where("reference IS NOT NULL"))

replies = Table(
    "replies",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("campaign_id", BigInteger),
    Column("number", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("receiver", Text),
    Column("message_id", BigInteger),
    PrimaryKeyConstraint("account_id", "id"),
    Index("ix_replies_number", "account_id", "number", "id"),
    sqlite_with_rowid=False,
)
Index("ix_replies_campaign", replies.c.account_id, replies.c.campaign_id, **where("campaign_id IS NOT NULL"))

# What is done by itself when somebody answers.
automations = Table(
    "automations",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("receiver", Text),
    Column("match", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("actions", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)

# When an automation last answered a number.
automation_answers = Table(
    "automation_answers",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("automation_id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "number", "automation_id"),
    Index("ix_automation_answers_at", "account_id", "at"),
    sqlite_with_rowid=False,
)

# Parts of long texts that customers submit one by one: `octets` in hexadecimal, `note` what is to be told of the part.
submitted_parts = Table(
    "submitted_parts",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("sender", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("reference", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("octets", Text, nullable=False),
    Column("note", Text),
    Column("message_id", BigInteger),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
    Index("ix_submitted_parts_created_at", "created_at"),
    sqlite_with_rowid=False,
)
Index(
    "ix_submitted_parts_waiting",
    *(submitted_parts.c.account_id, submitted_parts.c.receiver, submitted_parts.c.reference),
    **where("message_id IS NULL"),
)
Index("ix_submitted_parts_expiring", submitted_parts.c.created_at, **where("message_id IS NULL"))
