"""Customers who bind to us over SMPP 3.4, as they do to any SMSC."""
