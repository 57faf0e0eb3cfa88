"""The URL table. Clients post a form, or put everything into the query of a POST or a GET."""

from antiphon.dialects.door import Route
from antiphon.dialects.octopush_legacy import messages, wallet
from antiphon.dialects.octopush_legacy.messages import WireSent, WireSms
from antiphon.dialects.octopush_legacy.wallet import WireBalance, WireCredit, WireWho


def _by(method: str) -> tuple[Route, ...]:
    return (
        Route(method, "/sms", messages.send_xml, WireSms),
        Route(method, "/sms/json", messages.send_json, WireSms, WireSent),
        Route(method, "/credit", wallet.credit_xml, WireWho),
        Route(method, "/credit/json", wallet.credit_json, WireWho, WireCredit),
        Route(method, "/balance", wallet.balance_xml, WireWho),
        Route(method, "/balance/json", wallet.balance_json, WireWho, WireBalance),
    )


ROUTES = (*_by("POST"), *_by("GET"))
