"""Which settings are taken, from where, and which stop the start with one clear line?"""

from pathlib import Path

import pytest

from antiphon.config import BadSetting, Config, load


def test_without_anything_the_defaults_stand() -> None:
    assert load({}, {}) == Config()
    assert load({"host": None}, {"HOME": "/"}).url == "sqlite:///data/antiphon.db"


@pytest.mark.parametrize("written", ["https://sms.example.com/a", "https://sms.example.com/a/ "])
def test_the_public_address_has_no_slash_at_its_end(written: str) -> None:
    assert load({}, {"ANTIPHON_PUBLIC_URL": written}).public == "https://sms.example.com/a"
    assert load({}, {}).public == ""


def test_a_flag_beats_the_environment_beats_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('host = "a"\nport = 1\ndata = "x"\nsimulator_failed = 0.5\nsimulator_log = false\n')
    environment = {"ANTIPHON_CONFIG": str(file), "ANTIPHON_HOST": "b", "ANTIPHON_PORT": "2"}
    config = load({"host": "c", "port": None}, environment)
    assert (config.host, config.port, config.data) == ("c", 2, "x")
    assert (config.simulator_failed, config.simulator_log) == (0.5, False)


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        pytest.param("PORT", "http", "port = 'http' (in the environment) is wrong", id="no number"),
        pytest.param("PORT", "70000", "port = '70000' (in the environment) is wrong", id="no port"),
        pytest.param("BODY_LIMIT", "12", "body_limit", id="too small"),
        pytest.param("SIMULATOR_FAILED", "1.5", "simulator_failed", id="no share"),
        pytest.param("SIMULATOR_LATENCY", "-1", "simulator_latency", id="no time"),
        pytest.param("SIMULATOR_LOG", "perhaps", "simulator_log", id="neither yes nor no"),
        pytest.param("LOG_LEVEL", "loud", "log_level", id="not one of them"),
        pytest.param("PRICE_FILE", "/nowhere.toml", "price_file = '/nowhere.toml'", id="no price file"),
        pytest.param("PUBLIC_URL", "sms.example.com", "public_url = 'sms.example.com'", id="no address"),
        pytest.param("PROT", "80", "prot (in the environment) is not a setting", id="misspelt"),
        pytest.param("CONFIG", "/nowhere/at/all.toml", "/nowhere/at/all.toml", id="no such file"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(setting: str, value: str, said: str) -> None:
    with pytest.raises(BadSetting) as failure:
        load({}, {f"ANTIPHON_{setting}": value})
    assert said in str(failure.value)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("port = [", "settings.toml", id="no TOML"),
        pytest.param("prot = 80", "prot (in", id="misspelt"),
        pytest.param('port = "x"', "port = 'x' (in", id="no number"),
    ],
)
def test_a_wrong_file_is_one_clear_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(BadSetting) as failure:
        load({}, {"ANTIPHON_CONFIG": str(file)})
    assert said in str(failure.value)
    assert "settings.toml" in str(failure.value)
