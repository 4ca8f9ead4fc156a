"""Settings from the environment and from a file; an error names the variable."""

from pathlib import Path

import pytest

from queueflow.settings import Settings, SettingsError, packed, read_settings, unknown_variables, unpacked


def test_without_anything_there_are_good_settings() -> None:
    assert read_settings({}) == Settings()


def test_a_variable_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "queueflow.toml"
    file.write_text('port = 9000\nworkers = 2\ndata_dir = "here"\nallowed_origins = ["https://a.example"]\n')
    found = read_settings({"QUEUEFLOW_SETTINGS": str(file), "QUEUEFLOW_PORT": "9001", "QUEUEFLOW_HOST": " "})
    assert (found.port, found.workers, found.host) == (9001, 2, "127.0.0.1")
    assert found.data_dir == tmp_path / "here"
    assert found.allowed_origins == ("https://a.example",)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("QUEUEFLOW_PORT", "eighty"),
        ("QUEUEFLOW_PORT", "70000"),
        ("QUEUEFLOW_WORKERS", "0"),
        ("QUEUEFLOW_STORE_WAIT", "-1"),
        ("QUEUEFLOW_STORE_URL", "http://store"),
        ("QUEUEFLOW_PUBLIC_URL", "hospital.example"),
        ("QUEUEFLOW_PUBLIC_URL", "https://hospital.example/path"),
        ("QUEUEFLOW_ALLOWED_ORIGINS", "https://a.example,*"),
        ("QUEUEFLOW_LOG_FORMAT", "xml"),
        ("QUEUEFLOW_SETTINGS", "nowhere.toml"),
    ],
)
def test_a_value_that_cannot_be_names_its_variable(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        read_settings({variable: value})


@pytest.mark.parametrize("text", ["port = ", "prot = 1", "port = [1]", b"\xff"])
def test_a_file_that_cannot_be_is_named(tmp_path: Path, text: str | bytes) -> None:
    file = tmp_path / "queueflow.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SettingsError, match=r"queueflow\.toml"):
        read_settings({}, file)


def test_a_worker_gets_the_settings_whole() -> None:
    settings = Settings(data_dir=Path("/somewhere"), rules_dir=Path("rules"), allowed_origins=("https://a",))
    assert unpacked(packed(settings)) == settings


def test_a_misspelt_variable_is_found() -> None:
    assert unknown_variables({"QUEUEFLOW_PROT": "1", "QUEUEFLOW_PORT": "1", "PATH": ""}) == ("QUEUEFLOW_PROT",)
