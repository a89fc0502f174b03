"""What schemathesis cannot read out of the API's description, for test_schema.py. Its configuration names this file; who
asks is in the environment, as WHO.
"""

import base64
import json
import os
from zoneinfo import available_timezones

import schemathesis
from hypothesis import strategies as st

_WHO = os.environ.get("WHO", "")


def _cursor(pk) -> str:
    """A cursor as every list takes it: after the rows without a value, and there after this id."""
    return base64.urlsafe_b64encode(json.dumps([None, str(pk)]).encode()).decode().rstrip("=")


schemathesis.openapi.format("cursor", st.uuids().map(_cursor))
schemathesis.openapi.format("time-zone", st.sampled_from(sorted(available_timezones())))


@schemathesis.check
def a_stranger_stays_out(ctx, response, case):
    """Who has no place in the business gets nothing of it, at any address, and learns nothing of it."""
    if _WHO == "stranger" and not case.path.startswith("/api/auth/"):
        assert response.status_code >= 400, "a stranger was let in"
