"""Sub-accounts, and what an account has set for all its campaigns."""

from msgspec import Struct
from msgspec.structs import replace

from antiphon.core import url
from antiphon.core.account import Alert, Callbacks, NewCredential, Parameters, Person, SubAccount
from antiphon.core.errors import MissingField
from antiphon.dialects.door import Call
from antiphon.dialects.octopush.campaigns import read_sender
from antiphon.services import accounts
from antiphon.services.accounts import NewSubAccount

# {"callback_url_for_deliveries": "https://...", "callback_url_for_inbounds": "https://...", "email_for_inbounds": ""}


class WireCallbacks(Struct, frozen=True, forbid_unknown_fields=True):
    callback_url_for_inbounds: str | None = None
    callback_url_for_deliveries: str | None = None
    callback_url_for_blacklisted_numbers: str | None = None
    callback_url_for_visits: str | None = None
    email_for_inbounds: str | None = None
    # The deliveries under the names of other generations of the documentation.
    callback_url_for_sms_deliveries: str | None = None
    callback_url_for_vocal_sms_deliveries: str | None = None
    callback_url_for_voice_sms_deliveries: str | None = None


# {"first_name": "Axelle", "last_name": "Durand", "password": "...", "company_name": "ACME", "callbacks": {...}}


class WireSubAccount(Struct, forbid_unknown_fields=True):
    first_name: str | None = None
    last_name: str | None = None
    password: str | None = None
    company_name: str | None = None
    callbacks: WireCallbacks = WireCallbacks()


# {"sms_campaign_alert_parameters": {"alert_type": "sms_premium", "alert_bound": 150, "alert_email_to": "a@b.example",
#  "alert_phone_number_to": "+336..."}, "campaign_parameters": {"sender_for_sms_premium": "12345",
#  "sender_for_voice_sms": "12345", "phone_number_for_test_sms": "+336..."}, "callbacks": {...}}


class WireAlert(Struct, frozen=True, forbid_unknown_fields=True):
    alert_type: str | None = None
    alert_bound: int | None = None
    alert_email_to: str | None = None
    alert_emails_to: list[str] | None = None
    alert_phone_number_to: str | None = None


class WireSenders(Struct, frozen=True, forbid_unknown_fields=True):
    sender_for_sms_premium: str | None = None
    sender_for_voice_sms: str | None = None
    sender_for_vocal_sms: str | None = None  # the older name
    phone_number_for_test_sms: str | None = None


class WireParameters(Struct, forbid_unknown_fields=True):
    sms_campaign_alert_parameters: WireAlert = WireAlert()
    campaign_parameters: WireSenders = WireSenders()
    callbacks: WireCallbacks = WireCallbacks()


def read_sub_account(body: WireSubAccount, ignored: list[str]) -> NewSubAccount:
    """Raises MissingField; whether the names and the password are fit is not judged here."""
    for field in ("first_name", "last_name", "password"):
        if not getattr(body, field):
            raise MissingField(field=field)
    person = Person(first_name=body.first_name, last_name=body.last_name, company=body.company_name or None)
    parameters = Parameters(callbacks=read_callbacks(body.callbacks, Callbacks(), ignored))
    return NewSubAccount(person=person, password=body.password or "", parameters=parameters)


def read_edited(body: WireSubAccount, known: SubAccount, ignored: list[str]) -> SubAccount:
    """What is absent stays as it is."""
    person = Person(
        first_name=body.first_name or known.person.first_name,
        last_name=body.last_name or known.person.last_name,
        company=body.company_name or known.person.company,
    )
    callbacks = read_callbacks(body.callbacks, known.account.parameters.callbacks, ignored)
    parameters = replace(known.account.parameters, callbacks=callbacks)
    return replace(known, person=person, account=replace(known.account, parameters=parameters))


def read_parameters(body: WireParameters, known: Parameters, ignored: list[str]) -> Parameters:
    """What is absent, or cannot be used, stays as it is."""
    senders, alert = body.campaign_parameters, body.sms_campaign_alert_parameters

    def sender(name: str, *, digits: bool = False) -> str | None:
        return read_sender(getattr(senders, name), ignored, f"campaign_parameters.{name}", digits=digits)

    voice_sender = sender("sender_for_voice_sms", digits=True) or sender("sender_for_vocal_sms", digits=True)
    emails = tuple(address for address in (alert.alert_email_to, *(alert.alert_emails_to or [])) if address)
    return replace(
        known,
        sender=sender("sender_for_sms_premium") or known.sender,
        voice_sender=voice_sender or known.voice_sender,
        test_number=senders.phone_number_for_test_sms or known.test_number,
        callbacks=read_callbacks(body.callbacks, known.callbacks, ignored),
        alert=Alert(
            product=alert.alert_type or known.alert.product,
            bound=known.alert.bound if alert.alert_bound is None else alert.alert_bound,
            emails=emails or known.alert.emails,
            number=alert.alert_phone_number_to or known.alert.number,
        ),
    )


def read_callbacks(wire: WireCallbacks, known: Callbacks, ignored: list[str]) -> Callbacks:
    """What is absent, or is no URL, stays as it is."""

    def url(*names: str) -> str | None:
        read = (read_url(getattr(wire, name), f"callbacks.{name}", ignored) for name in names)
        return next(filter(None, read), None)

    generations = ("", "sms_", "voice_sms_", "vocal_sms_")
    told = {
        "receipts": url(*(f"callback_url_for_{channel}deliveries" for channel in generations)),
        "replies": url("callback_url_for_inbounds"),
        "opt_outs": url("callback_url_for_blacklisted_numbers"),
        "visits": url("callback_url_for_visits"),
        "replies_email": wire.email_for_inbounds,
    }
    given = {name: value for name, value in told.items() if value}
    return replace(known, format="octopush", **given) if given else known


def read_url(written: str | None, field: str, ignored: list[str]) -> str | None:
    """None, and named as ignored, where it is no address that could be called."""
    if not written:
        return None
    cleaned = url.clean(written)
    if cleaned is None:
        ignored.append(field)
    return cleaned


# {"first_name": "Axelle", "last_name": "Durand", "company_name": "ACME", "api_key": "...", "callback": {...}}


class WireCallback(Struct):
    """Named otherwise than where they are set: `callback`, and in it `email`."""

    callback_url_for_inbounds: str | None
    callback_url_for_deliveries: str | None
    callback_url_for_blacklisted_numbers: str | None
    callback_url_for_visits: str | None
    email: str | None


class WireKnown(Struct):
    first_name: str | None
    last_name: str | None
    company_name: str | None
    api_key: str
    callback: WireCallback
    email: str


def write_sub_account(known: SubAccount, api_key: str | None = None) -> WireKnown:
    """Only a new one shows its API key; afterwards nobody knows more of it than the last four characters."""
    return WireKnown(
        first_name=known.person.first_name,
        last_name=known.person.last_name,
        company_name=known.person.company,
        api_key=api_key or f"{'*' * 36}{known.key_hint}",
        callback=_write_callback(known.account.parameters.callbacks),
        email=known.login,
    )


def write_parameters(known: Parameters) -> WireParameters:
    return WireParameters(
        sms_campaign_alert_parameters=WireAlert(
            alert_type=known.alert.product,
            alert_bound=known.alert.bound,
            alert_email_to=known.alert.emails[0] if known.alert.emails else None,
            alert_emails_to=list(known.alert.emails),
            alert_phone_number_to=known.alert.number,
        ),
        campaign_parameters=WireSenders(
            sender_for_sms_premium=known.sender,
            sender_for_voice_sms=known.voice_sender,
            sender_for_vocal_sms=known.voice_sender,
            phone_number_for_test_sms=known.test_number,
        ),
        callbacks=WireCallbacks(
            callback_url_for_inbounds=known.callbacks.replies,
            callback_url_for_deliveries=known.callbacks.receipts,
            callback_url_for_sms_deliveries=known.callbacks.receipts,
            callback_url_for_vocal_sms_deliveries=known.callbacks.receipts,
            callback_url_for_voice_sms_deliveries=known.callbacks.receipts,
            callback_url_for_blacklisted_numbers=known.callbacks.opt_outs,
            callback_url_for_visits=known.callbacks.visits,
            email_for_inbounds=known.callbacks.replies_email,
        ),
    )


async def create(call: Call, body: WireSubAccount) -> WireKnown:
    """Make a sub-account; its API key is shown only now."""
    made: NewCredential = await accounts.create_sub_account(
        call.store, call.account, read_sub_account(body, call.ignored)
    )
    known = await accounts.find_sub_account(call.store, call.account, made.login)
    return write_sub_account(known, made.api_key)


async def read(call: Call) -> WireKnown:
    """Read a sub-account."""
    return write_sub_account(await accounts.find_sub_account(call.store, call.account, call.path["email"]))


async def edit(call: Call, body: WireSubAccount) -> WireKnown:
    """Change a sub-account: what is absent stays."""

    def change(known: SubAccount) -> SubAccount:
        return read_edited(body, known, call.ignored)

    login, password = call.path["email"], body.password or None
    return write_sub_account(await accounts.edit_sub_account(call.store, call.account, login, change, password))


async def parameters(call: Call) -> WireParameters:
    """Read what the account has set for all its campaigns."""
    return write_parameters(call.account.parameters)


async def edit_parameters(call: Call, body: WireParameters) -> WireParameters:
    """Change what the account has set: what is absent stays."""
    changed = await accounts.edit_parameters(
        call.store, call.account, lambda known: read_parameters(body, known, call.ignored)
    )
    return write_parameters(changed)


def _write_callback(known: Callbacks) -> WireCallback:
    return WireCallback(
        callback_url_for_inbounds=known.replies,
        callback_url_for_deliveries=known.receipts,
        callback_url_for_blacklisted_numbers=known.opt_outs,
        callback_url_for_visits=known.visits,
        email=known.replies_email,
    )
