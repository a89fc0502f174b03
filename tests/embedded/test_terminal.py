import pytest

from whatsapp_automation.embedded.terminal import say, step


def test_a_step_ends_with_its_time(capsys):
    with step("Applying migrations"):
        assert capsys.readouterr().out == "Applying migrations ... "
    say("next")
    assert capsys.readouterr().out == "0.0 s\nnext\n"


def test_what_is_said_meanwhile_has_a_line_of_its_own(capsys):
    with step("Starting web"):
        say("web       | ERROR: busy")
    assert capsys.readouterr().out == "Starting web ... \nweb       | ERROR: busy\nStarting web ... 0.0 s\n"


def test_a_step_that_fails_has_no_time(capsys):
    with pytest.raises(OSError, match="no"), step("Starting web"):
        raise OSError("no")
    say("no")
    assert capsys.readouterr().out == "Starting web ... \nno\n"
