"""The API's core: what every viewset of every app stands on.

views.py is the gate (who, which business, which role or scope), errors.py the one error shape, strict.py what a body
and a query may hold, paging.py the cursor, throttling.py how often. An app's own viewsets and serializers are in its
folder ``api/``.
"""
