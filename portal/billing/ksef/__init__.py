"""Structured invoices, FA(3): what they say, whether it adds up, and how it looks on paper."""
