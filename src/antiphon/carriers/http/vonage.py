"""Vonage's SMS API (once Nexmo's) as a way out: https://developer.vonage.com/en/api/sms; what its codes mean,
https://developer.vonage.com/messaging/sms/guides/troubleshooting-sms; receipts,
https://developer.vonage.com/messaging/sms/guides/delivery-receipts; replies, …/guides/inbound-sms.
`http+vonage://KEY:SECRET@rest.nexmo.com`.

Everything is answered with HTTP 200, with a status for each part of the text. A callback has at most 100 characters, so
ours is without the key, which comes back as `client-ref`.
"""

from antiphon.carriers.http.shape import Answer, Receipts, Replies, Request, Shape, Verdict

SHAPE = Shape(
    host="rest.nexmo.com",
    request=Request(
        path="/sms/json",
        body="form",
        fields={
            "api_key": "{user}",
            "api_secret": "{password}",
            "from": "{sender_digits}",
            "to": "{digits}",
            "text": "{text}",
            "type": "{type}",
            "client-ref": "{key}",
            "callback": "{receipts}",
        },
        check="/account/get-balance?api_key={user}&api_secret={password}",
    ),
    answer=Answer(
        reference="messages.*.message-id",
        code="messages.*.status",
        good=("0",),
        error="messages.*.error-text",
        codes={
            **dict.fromkeys(("1", "10"), Verdict.THROTTLED),
            **dict.fromkeys(("2", "4", "8", "9", "11", "14", "15", "23", "29", "32", "33"), Verdict.ROUTE),
            "5": Verdict.PASSING,
        },
    ),
    # Each part is reported alone, and all with the same client-ref: by that the first would end the whole message.
    receipts=Receipts(
        reference="messageId",
        state="status",
        number="msisdn",
        error="err-code",
        delivered=("delivered",),
        failed=("expired", "failed", "rejected", "deleted", "undeliverable"),
        on_the_way=("accepted", "buffered", "unknown"),
    ),
    replies=Replies(number="msisdn", text="text", receiver="to", id="messageId"),
)
