import pytest
from .conftest import *


def test_smoke(client, ready, alice):
    r = client.get("/admin/", follow=True)
    assert r.status_code == 200, r
    print(r.redirect_chain)
    r = sign_in(client, alice.email)
    print(r.status_code, r.headers)
    assert r.status_code == 302
    for p in ["", "password", "two-factor", "members", "businesses", "logout"]:
        r = client.get("/account/" + p)
        assert r.status_code == 200, p
    r = client.get("/account/two-factor/on")
    print(r.status_code, r.headers.get("location"))
    assert r.status_code == 200
    r = client.get("/admin/")
    assert r.status_code == 200
