"""Tests of store/vault.py."""

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueflow.model.ids import FacilityId, VisitId
from queueflow.model.patient import Patient, Sex
from queueflow.store.vault import KeyFileError, SealBroken, Vault, load_key

F, G = FacilityId("lang-son"), FacilityId("cao-bang")
VISIT = VisitId("20260922-0000000000001")
PATIENT = Patient(name="Nguyễn Thị Hoa", birth_date="1980-05-17", sex=Sex.FEMALE, phone="0912345678")


@pytest.fixture
def vault() -> Vault:
    return Vault(bytes(range(32)))


def test_what_was_sealed_is_opened_for_its_visit(vault: Vault) -> None:
    sealed = vault.seal(F, "0000000000001", PATIENT)
    assert vault.open(F, "0000000000001", sealed) == PATIENT
    assert vault.open(F, "0000000000001", vault.seal(F, "0000000000001", Patient())) == Patient()


def test_a_seal_holds_over_midnight_whatever_day_the_visit_got(vault: Vault) -> None:
    sealed = vault.seal(F, "20260922-0000000000001", PATIENT)
    assert vault.open(F, "20260923-0000000000001", sealed) == PATIENT
    assert vault.open(F, "0000000000001", sealed) == PATIENT
    with pytest.raises(SealBroken):
        vault.open(F, "20260922-0000000000002", sealed)


def test_nothing_of_a_patient_can_be_read_in_what_was_sealed(vault: Vault) -> None:
    sealed = vault.seal(F, "n", PATIENT)
    raw = base64.urlsafe_b64decode(sealed + "==")
    for clear in ("Nguyễn", "Hoa", "1980", "female", "0912345678"):
        assert clear.encode() not in raw
        assert clear not in sealed


def test_the_same_patient_is_sealed_differently_every_time(vault: Vault) -> None:
    assert len({vault.seal(F, "n", PATIENT) for _ in range(100)}) == 100


def test_a_seal_moved_to_another_visit_or_facility_is_broken(vault: Vault) -> None:
    sealed = vault.seal(F, "n1", PATIENT)
    for facility, nonce in ((F, "n2"), (G, "n1"), (F, ""), (F, "n1\0"), (FacilityId("lang-son\0n1"), "")):
        with pytest.raises(SealBroken):
            vault.open(facility, nonce, sealed)


def test_a_seal_with_any_bit_changed_is_broken(vault: Vault) -> None:
    raw = base64.urlsafe_b64decode(vault.seal(F, "n", PATIENT) + "==")
    for index in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[index // 8] ^= 1 << index % 8
        with pytest.raises(SealBroken):
            vault.open(F, "n", base64.urlsafe_b64encode(changed).decode().rstrip("="))


@given(st.text() | st.binary(max_size=60).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_anything_else_is_a_broken_seal_and_no_other_error(text: str) -> None:
    with pytest.raises(SealBroken):
        Vault(bytes(32)).open(F, "n", text)


def test_a_shortened_seal_is_broken(vault: Vault) -> None:
    sealed = vault.seal(F, "n", PATIENT)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            vault.open(F, "n", sealed[:length])


def test_another_key_opens_nothing_and_knows_nobody(vault: Vault) -> None:
    other = Vault(bytes(32))
    with pytest.raises(SealBroken):
        other.open(F, "n", vault.seal(F, "n", PATIENT))
    assert other.person_ref(F, "pin:1") != vault.person_ref(F, "pin:1")
    assert not other.check_link(F, VISIT, vault.link_key(F, VISIT))


def test_a_person_has_one_reference_in_a_facility_and_another_elsewhere(vault: Vault) -> None:
    reference = vault.person_ref(F, "pin:020185000002")
    assert reference == vault.person_ref(F, "pin:020185000002")
    assert reference not in (vault.person_ref(G, "pin:020185000002"), vault.person_ref(F, "pin:020185000003"))
    assert len(reference) >= 22
    assert "020185000002" not in reference


def test_hashes_links_and_seals_come_from_keys_of_their_own(vault: Vault) -> None:
    assert vault.person_ref(F, VISIT) != vault.link_key(F, VISIT)


def test_what_was_written_by_an_earlier_release_is_still_understood(vault: Vault) -> None:
    assert vault.person_ref(F, "pin:020185000002") == "jQGVUBFTEBpcu9T-1xWe_A"
    assert vault.link_key(F, VISIT) == "9OTFj45YRnPYZPXqBtKoxA"
    assert (
        vault.open(
            F,
            "0000000000001",
            "AeKA98dcAUDK-UbNuK5QNfMt-1v_4D_-Ad_c9upiGLBAPIWkn86twqFLhwcQ2PbHqfi8AwAGs11Vo9Hv0E0g94G3p_r1IAAvHCzlHkkMyqjTKyhv8078LAAxyb9xKM53FplGknG22yRPsUtg-I0x-12Wz5nmKY9k",
        )
        == PATIENT
    )


def test_a_link_is_good_for_its_visit_alone(vault: Vault) -> None:
    key = vault.link_key(F, VISIT)
    assert vault.check_link(F, VISIT, key)
    assert not vault.check_link(G, VISIT, key)
    assert not vault.check_link(F, VisitId("20260922-0000000000002"), key)
    for wrong in ("", key[:-1], key + "A", key.swapcase(), "é" * 22, "\ud800", "\0"):
        assert not vault.check_link(F, VISIT, wrong)


def test_a_key_of_another_length_is_refused() -> None:
    for length in (0, 16, 31, 33):
        with pytest.raises(ValueError, match="32 bytes"):
            Vault(bytes(length))


def test_a_key_is_made_once_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    previous = os.umask(0)
    try:
        key = load_key(path)
    finally:
        os.umask(previous)
    assert len(key) == 32
    assert load_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["key"]
    assert load_key(tmp_path / "other") != key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o601])
def test_a_key_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    load_key(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_key(path)


@pytest.mark.parametrize("length", [0, 31, 33, 4096])
def test_a_file_of_another_size_is_refused_and_left_as_it_is(tmp_path: Path, length: int) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"x" * length)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="backup"):
        load_key(path)
    assert path.read_bytes() == b"x" * length


def test_what_is_no_file_or_no_place_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="not a file"):
        load_key(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyFileError, match="cannot be read or made"):
        load_key(tmp_path / "file" / "key")


def test_workers_that_start_together_get_the_same_key(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from queueflow.store.vault import load_key; "
    script += "sys.stdin.read(1); sys.stdout.write(load_key(Path(sys.argv[1])).hex())"
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "key")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(6)
    ]
    keys = {worker.communicate(b".")[0] for worker in workers}
    assert keys == {load_key(tmp_path / "key").hex().encode()}
