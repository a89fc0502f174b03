"""A Graph API that is not Meta's, and the customer's phone in the browser.

It speaks the HTTP that Meta's Cloud API speaks, signs the webhooks that Meta signs and enforces the limits that
Meta enforces, so that the product runs the same code against it and against Meta: only the base URL differs.
It imports nothing of the product. Started by `python -m simulator`; everything is described in README.md.
"""
