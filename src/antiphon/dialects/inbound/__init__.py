"""What carriers post to us: /inbound/CARRIER/TOKEN/receipts and /replies. No account of ours calls here."""
