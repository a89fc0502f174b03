import subprocess

import pytest

from whatsapp_automation.embedded import dotenv


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("KEY=plain", "plain"),
        ("  export KEY = spaced out  ", "spaced out"),
        ("KEY=", ""),
        ("KEY='single # quoted \\n'", "single # quoted \\n"),
        ('KEY="double \\"quoted\\"\\nline"', 'double "quoted"\nline'),
        ("KEY=value # a comment", "value"),
        ("KEY= # only a comment", ""),
        ("KEY=with#hash", "with#hash"),
        ("KEY='quoted' # a comment", "quoted"),
        ("KEY=a=b=c", "a=b=c"),
        ("KEY=घी", "घी"),
        ("KEY=it's", "it's"),
    ],
)
def test_a_line_gives_its_value(tmp_path, line, value):
    (tmp_path / ".env").write_text(f"# a comment\n\n{line}\n", encoding="utf-8")
    assert dotenv.read(tmp_path / ".env") == {"KEY": value}


def test_no_file_gives_nothing(tmp_path):
    assert dotenv.read(tmp_path / ".env") == {}


@pytest.mark.parametrize("line", ["just words", "=value", "1KEY=x", "KEY='open", 'KEY="open', "KEY='a' b"])
def test_a_line_that_is_no_pair_is_named_without_its_value(tmp_path, line):
    (tmp_path / ".env").write_text(f"GOOD=1\n{line}\n")
    with pytest.raises(ValueError, match=r"\.env, line 2: expected KEY=VALUE") as error:
        dotenv.read(tmp_path / ".env")
    assert "open" not in str(error.value)


@pytest.mark.parametrize("value", ["plain", "a b#c", '{"name": "x"}', 'it\'s $HOME `id` \\ "q"', "", "घी"])
def test_what_is_written_is_read_back_by_us_and_by_a_shell(tmp_path, value):
    file = tmp_path / "server.env"
    file.write_text(dotenv.text({"KEY": value}), encoding="utf-8")
    assert dotenv.read(file) == {"KEY": value}
    shell = subprocess.run(["sh", "-c", '. "$0"; printf %s "$KEY"', str(file)], capture_output=True, check=True)
    assert shell.stdout.decode() == value


def test_a_value_of_two_lines_is_refused():
    with pytest.raises(ValueError, match="KEY has more than one line"):
        dotenv.text({"KEY": "a\nb"})


def test_names_counts_examples_in_comments(tmp_path):
    (tmp_path / ".env.example").write_text("# Words about A=1 here\nPORT=8000\n# AI_MODEL=some\n#REDIS_URL=\n")
    assert dotenv.names(tmp_path / ".env.example") == {"PORT", "AI_MODEL", "REDIS_URL"}
