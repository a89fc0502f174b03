"""What an error answer means for the message."""

import pickle

import pytest

from cloud_api.errors import CODES, Ambiguous, GraphError, InvalidMessage, NotSent, Refused, classify, from_answer

RETRYABLE = [4, 80007, 130429, 131056]
MAYBE_SENT = [1, 2, 131000, 131016, 131057, 133004, 2494100]
STOPPING = [190, 0, 3, 10, 200, 250, 299, 131005, 368, 131031, 130497, 131042, 131045, 133010, 131037]
FINAL = [
    131048, 131049, 131050, 130472, 131026, 131047, 131051, 131052, 131053, 131008, 131009, 100, 131021, 131062, 131063,
    131064, 130403, 137000, 132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018, 132068, 132069, 131030,
]  # fmt: skip


@pytest.mark.parametrize("code", RETRYABLE)
def test_a_limit_that_was_hit_is_retried(code):
    assert classify(code, 400) == (True, False, False)


@pytest.mark.parametrize("code", MAYBE_SENT)
@pytest.mark.parametrize("status", [400, 500])
def test_a_failure_on_metas_side_may_have_sent_the_message_whatever_the_status(code, status):
    assert classify(code, status) == (False, True, False)


@pytest.mark.parametrize("code", STOPPING)
def test_a_failure_of_the_whole_number_stops_it(code):
    assert classify(code, 401) == (False, False, True)


@pytest.mark.parametrize("code", FINAL)
def test_what_will_not_go_later_either_is_not_retried(code):
    assert classify(code, 400) == (False, False, False)


def test_the_table_names_no_other_code():
    assert set(CODES) == {*RETRYABLE, *MAYBE_SENT, *STOPPING, *FINAL, *range(200, 300)}


def test_nothing_is_both_retryable_and_perhaps_sent():
    statuses = [None, *range(200, 600)]
    verdicts = [classify(code, s, t) for code in (None, 7, *CODES) for s in statuses for t in (False, True)]
    assert not [verdict for verdict in verdicts if verdict.retryable and verdict.maybe_sent]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (500, (False, True, False)),
        (502, (False, True, False)),
        (503, (False, True, False)),
        (408, (False, True, False)),
        (429, (True, False, False)),
        (401, (False, False, True)),
        (400, (False, False, False)),
        (404, (False, False, False)),
        (302, (False, False, False)),
    ],
)
@pytest.mark.parametrize("code", [None, 999999])
def test_without_a_known_code_the_http_status_decides(code, status, expected):
    assert classify(code, status) == expected


def test_a_limit_reported_with_a_5xx_was_still_refused_before_processing():
    assert classify(130429, 503) == (True, False, False)


def test_metas_transient_flag_makes_a_refusal_retryable():
    assert classify(131053, 400, is_transient=True).retryable
    assert classify(999999, 400, is_transient=True).retryable


@pytest.mark.parametrize(("code", "status"), [(2, 500), (131000, 400), (None, 500), (190, 401)])
def test_metas_transient_flag_unsays_neither_perhaps_sent_nor_stopped(code, status):
    assert classify(code, status, is_transient=True) == classify(code, status)


def test_keeps_metas_code_details_and_trace():
    error = from_answer(400, graph_error(131047, "Re-engagement message", "More than 24 hours have passed"))
    assert isinstance(error, Refused)
    assert (error.code, error.http_status, error.fbtrace_id) == (131047, 400, "Az8or2yhqkZfEZ")
    assert (error.message, error.details) == ("Re-engagement message", "More than 24 hours have passed")
    assert str(error) == (
        "(131047) Re-engagement message: More than 24 hours have passed [HTTP 400, fbtrace_id Az8or2yhqkZfEZ]"
    )


def test_a_graph_error_that_may_have_sent_is_ambiguous():
    error = from_answer(500, graph_error(131000, "Something went wrong"))
    assert isinstance(error, Ambiguous)
    assert error.maybe_sent
    assert not error.retryable


@pytest.mark.parametrize(
    "body",
    [None, [], "no", {}, {"error": "no"}, {"error": {"code": True, "message": 7, "error_data": []}}],
)
def test_an_error_without_a_graph_body_is_judged_by_its_status(body):
    assert isinstance(from_answer(502, body), Ambiguous)
    refused = from_answer(404, body)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.details) == (None, "")


def test_a_code_printed_as_text_is_a_code():
    assert from_answer(400, {"error": {"code": "131056"}}).retryable


def test_error_data_may_be_a_bare_text():
    assert from_answer(400, {"error": {"code": 100, "error_data": "bad parameter"}}).details == "bad parameter"


def test_a_token_that_meta_repeats_is_hidden():
    error = from_answer(401, graph_error(190, "Malformed access token EAAsecret", "EAAsecret"), hide="EAAsecret")
    assert error.message == "Malformed access token [token]"
    assert "EAAsecret" not in str(error) + repr(error) + repr(vars(error))


def test_each_member_says_whether_it_may_have_been_sent():
    assert flags(InvalidMessage("x")) == (False, False, False)
    assert flags(NotSent("x")) == (True, False, False)
    assert flags(Ambiguous("x")) == (False, True, False)
    assert flags(Refused("x", code=131056, http_status=400)) == (True, False, False)


def test_survives_a_trip_through_pickle():
    error = pickle.loads(pickle.dumps(Refused("x", code=190, http_status=401, retry_after=3.0)))
    assert (error.code, error.stops_number, error.retry_after, str(error)) == (190, True, 3.0, str(error))
    assert isinstance(error, GraphError)


def flags(error):
    return error.retryable, error.maybe_sent, error.stops_number


def graph_error(code, message, details=""):
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Az8or2yhqkZfEZ"}
    return {"error": {**error, "error_data": {"messaging_product": "whatsapp", "details": details}}}
