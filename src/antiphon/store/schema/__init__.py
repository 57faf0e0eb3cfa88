"""What is kept? Every table, once.

Every key begins with the account, so that the tables can be spread over many machines by it. What is looked up before
the account is known is the exception: credentials, processes, a carrier's reference, and what the workers do next.
Money is micro-units.
"""

from antiphon.store.schema.accounts import (
    account_rates,
    accounts,
    answers,
    credentials,
    died,
    ledger,
    processes,
    request_ids,
    transfer_tokens,
    wallets,
)
from antiphon.store.schema.carriers import attempts, carriers, early_receipts, lanes, parts, recalls, routes, speeds
from antiphon.store.schema.inbound import reply_keys, reply_parts, stray_replies
from antiphon.store.schema.owed import callback_attempts, callbacks, endpoints, signing_secrets
from antiphon.store.schema.people import (
    consents,
    contact_tags,
    contacts,
    entries,
    import_parts,
    imports,
    list_members,
    lists,
    opt_outs,
    tags,
    word_answers,
    wordings,
)
from antiphon.store.schema.personal import erased, erasures, retention
from antiphon.store.schema.sending import automation_answers, automations, campaigns, messages, replies, submitted_parts
from antiphon.store.schema.tables import metadata

__all__ = [
    "account_rates",
    "accounts",
    "answers",
    "attempts",
    "automation_answers",
    "automations",
    "callback_attempts",
    "callbacks",
    "campaigns",
    "carriers",
    "consents",
    "contact_tags",
    "contacts",
    "credentials",
    "died",
    "early_receipts",
    "endpoints",
    "entries",
    "erased",
    "erasures",
    "import_parts",
    "imports",
    "lanes",
    "ledger",
    "list_members",
    "lists",
    "messages",
    "metadata",
    "opt_outs",
    "parts",
    "processes",
    "recalls",
    "replies",
    "reply_keys",
    "reply_parts",
    "request_ids",
    "retention",
    "routes",
    "signing_secrets",
    "speeds",
    "stray_replies",
    "submitted_parts",
    "tags",
    "transfer_tokens",
    "wallets",
    "word_answers",
    "wordings",
]
