"""Antiphon: SMS contacts and campaigns in your own database, in the voice of the vendors you already call."""

__version__ = "0.1.0"
