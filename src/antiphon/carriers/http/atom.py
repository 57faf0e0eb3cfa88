"""Atom Telecom's SMS API as a way out: https://help.atomtelecom.com.au/kb/API/api-sms-sending and api-sms-callbacks.
`http+atom://:TOKEN@HOST`; the host is each customer's own.

No page shows an error, so their shape is the one that our own dialect answers. The id in a callback is written
otherwise than the one in the answer, so ours stands in the callback's address.
"""

from antiphon.carriers.http.shape import Answer, Receipts, Replies, Request, Shape, Verdict

SHAPE = Shape(
    region="AU",
    request=Request(
        path="/api/sms/send",
        credentials="bearer",
        fields={"to": "{digits}", "from": "{sender}", "text": "{text}", "callback": "{callback}"},
        check="/api/sender",
    ),
    answer=Answer(
        reference="result.message_id",
        code=("error.code", "status"),
        good=("success",),
        error=("error.message", "message"),
        codes={
            "authentication_failed": Verdict.ROUTE,
            "out_of_credit": Verdict.ROUTE,
            "rate_limited": Verdict.THROTTLED,
        },
    ),
    # The page shows them inside `query`, which may be its own way to say that they come in the query.
    receipts=Receipts(
        reference=("query.id", "id"),
        state=("query.status", "status"),
        delivered=("Delivered",),
        failed=("Expired", "Deleted", "Undeliverable", "Rejected", "Skipped"),
        on_the_way=("Scheduled", "Enroute", "Unknown", "Accepted", "pending"),
    ),
    replies=Replies(number=("from", "query.from"), text=("message", "query.message"), receiver=("to", "query.to")),
)
