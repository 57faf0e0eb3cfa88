"""Octopush's API as a way out: https://dev.octopush.com/en/sms-gateway-api-documentation/ (send-sms, return-codes,
callbacks). `http+octopush://LOGIN:KEY@api.octopush.com`.

Only code 121 is printed with HTTP 400 there; that the others of the older table hold too is what we take for granted. A
repeated `request_id` is code 120 for 24 hours, so a doubt can be settled by sending again.
"""

from antiphon.carriers.http.shape import Answer, Receipts, Replies, Request, Shape, Verdict
from antiphon.core.campaign import Purpose

_OF_THE_ROUTE = ("101", "104", "105", "106", "108", "109", "113", "114", "150", "151", "152", "207", "208")

SHAPE = Shape(
    host="api.octopush.com",
    request=Request(
        path="/v1/public/sms-campaign/send",
        headers={"api-login": "{user}", "api-key": "{password}", "cache-control": "no-cache"},
        # Our text is cut and counted already: theirs must not rewrite it.
        fields={
            "recipients": [{"phone_number": "{number}"}],
            "text": "{text}",
            "sender": "{sender}",
            "purpose": "{purpose}",
            "request_id": "{key}",
            "auto_optimize_text": False,
        },
        purposes={Purpose.ALERT: "alert", Purpose.MARKETING: "wholesale"},
        idempotent=True,
        check="/v1/public/wallet/check-balance",
    ),
    answer=Answer(
        reference="sms_ticket",
        code="code",
        good=("0", "000"),
        error="message",
        codes={
            **dict.fromkeys(_OF_THE_ROUTE, Verdict.ROUTE),
            "120": Verdict.KNOWN,
            "126": Verdict.PASSING,
            "127": Verdict.PASSING,
            "128": Verdict.THROTTLED,
            "129": Verdict.PASSING,
            "153": Verdict.PASSING,
            "500": Verdict.PASSING,
            "501": Verdict.PASSING,
        },
    ),
    receipts=Receipts(
        reference="message_id",
        state="status",
        number="number",
        delivered=("DELIVERED", "READ", "OPENED", "CLICKED"),
        failed=("NOT_DELIVERED", "NOT_ALLOWED", "BAD_DESTINATION", "BLACKLISTED_NUMBER", "SPAM_PRESUMPTION"),
        on_the_way=("ACK", "TRANSMITTED", "ISP_SEND", "PROCESSED", "UNKNOWN_DELIVERY", "UNDEFINED"),
    ),
    replies=Replies(number="number", text="text", receiver="sim_card_number"),
)
