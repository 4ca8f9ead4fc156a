"""The commands that end by themselves: tokens, rules, doctor."""

import shutil
import socket
from pathlib import Path

import pytest

from queueflow.web.auth import Role, Tokens
from tests.servers import Server
from tests.web.processes import run

HOSPITALS = str(Path(__file__).parent / "hospitals")


def typed(tmp_path: Path, *words: str, **variables: str):
    return run(*words, QUEUEFLOW_DATA_DIR=str(tmp_path / "data"), QUEUEFLOW_RULES_DIR=HOSPITALS, **variables)


def test_a_token_is_shown_once_and_good_until_it_is_revoked(tmp_path: Path) -> None:
    made = typed(tmp_path, "token", "create", "--facility", "small", "--role", "kiosk", "--label", "by the door")
    assert made.returncode == 0
    token = made.stdout.strip()
    assert token.startswith("qf_")
    assert len(token) >= 43
    tokens = Tokens(tmp_path / "data" / "tokens.json")
    caller = tokens.caller(token)
    assert (caller.role, caller.facility) == (Role.KIOSK, "small")
    listed = typed(tmp_path, "token", "list").stdout
    assert caller.id in listed
    assert "by the door" in listed
    assert token not in listed
    assert token not in (tmp_path / "data" / "tokens.json").read_text()
    assert typed(tmp_path, "token", "revoke", caller.id).returncode == 0
    again = typed(tmp_path, "token", "revoke", caller.id)
    assert again.returncode == 2
    assert "no token" in again.stderr


def test_two_tokens_are_never_the_same(tmp_path: Path) -> None:
    command = ("token", "create", "--facility", "small", "--role", "console")
    assert typed(tmp_path, *command).stdout != typed(tmp_path, *command).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("token", "create", "--facility", "nowhere", "--role", "kiosk"), "small"),
        (("token", "create", "--facility", "small", "--role", "king"), "console"),
        (("rules", "check", "no-such-folder"), "no folder has a facility"),
        (("serve", "--port", "70000"), "65535"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_code_2(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    ended = typed(tmp_path, *words)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_setting_that_cannot_be_is_named(tmp_path: Path) -> None:
    ended = typed(tmp_path, "token", "list", QUEUEFLOW_WORKERS="many")
    assert ended.returncode == 2
    assert "QUEUEFLOW_WORKERS" in ended.stderr


def test_rules_check_says_what_is_good_and_every_mistake_with_its_place(tmp_path: Path) -> None:
    good = typed(tmp_path, "rules", "check")
    assert good.returncode == 0
    assert "small: 3 clinics, 5 rows" in good.stdout
    folder = tmp_path / "rules" / "small"
    folder.mkdir(parents=True)
    for name in ("facility.toml", "rules.toml"):
        (folder / name).write_text((Path(HOSPITALS) / "small" / name).read_text())
    rules = folder / "rules.toml"
    rules.write_text(rules.read_text().replace('["internal-1"]', '["nowhere"]').replace("law-2023", "Law 2023"))
    bad = typed(tmp_path, "rules", "check", str(tmp_path / "rules"))
    assert bad.returncode == 2
    assert bad.stdout.count("rules.toml:") >= 2
    assert "nowhere" in bad.stdout


def test_a_facility_without_rules_is_one_sentence(tmp_path: Path) -> None:
    shutil.copytree(Path(HOSPITALS) / "small", tmp_path / "rules" / "small")
    (tmp_path / "rules" / "small" / "rules.toml").unlink()
    for words in (("serve", "--port", "0"), ("rules", "check")):
        ended = run(*words, QUEUEFLOW_RULES_DIR=str(tmp_path / "rules"), QUEUEFLOW_DATA_DIR=str(tmp_path / "data"))
        assert ended.returncode == 2
        assert "rules.toml" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_doctor_finds_nothing_wrong_with_a_fresh_installation(tmp_path: Path) -> None:
    ended = typed(tmp_path, "doctor", QUEUEFLOW_PORT="0")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for part in ("data directory", "key file", "rules", "store answers", "on its disk"):
        assert part in ended.stdout
    assert "There is no token yet" in ended.stdout


def test_doctor_says_what_is_wrong_and_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "vault.key").write_bytes(b"x" * 32)
    (tmp_path / "data" / "vault.key").chmod(0o644)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = typed(tmp_path, "doctor", QUEUEFLOW_PORT=str(port), QUEUEFLOW_PROT="1")
    assert ended.returncode == 2
    assert "chmod 600" in ended.stdout
    assert f"Port {port}" in ended.stdout
    assert "QUEUEFLOW_PROT" in ended.stdout


def test_doctor_says_when_a_store_of_ones_own_is_not_there_or_not_safe(tmp_path: Path, valkey: Server) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{nobody.getsockname()[1]}/0"
        ended = typed(tmp_path, "doctor", QUEUEFLOW_PORT="0", QUEUEFLOW_STORE_URL=url)
    assert ended.returncode == 2
    assert "cannot be reached" in ended.stdout
    with valkey.client() as plain:
        plain.config_set("appendfsync", "everysec")
        try:
            ended = typed(tmp_path, "doctor", QUEUEFLOW_PORT="0", QUEUEFLOW_STORE_URL=valkey.url)
        finally:
            plain.config_set("appendfsync", "always")
    assert "appendfsync" in ended.stdout
    assert not (tmp_path / "data" / "valkey").exists()
