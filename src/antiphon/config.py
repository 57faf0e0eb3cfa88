"""What can be set, from where, and is it right? Read once, checked once."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from antiphon.core import network, price, url
from antiphon.core.network import Network
from antiphon.core.price import Prices

_PREFIX = "ANTIPHON_"
_FILE = "antiphon.toml"

Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(ge=0)]


def _help(text: str) -> Meta:
    return Meta(description=text)


class BadSetting(Exception):
    """One line for the operator: which setting, from where, and what is wrong with it."""


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting: a flag, or `ANTIPHON_<NAME>` in the environment, or a line of the TOML file, in this order."""

    host: Annotated[str, _help("address to listen on")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535), _help("port to listen on; 0 takes a free one")] = 8080
    smpp_port: Annotated[int, Meta(ge=0, le=65535), _help("port where customers bind over SMPP; 0 is none")] = 0
    data: Annotated[str, _help("folder of the SQLite database and of the simulator's log")] = "data"
    database_url: Annotated[str, _help("postgresql://USER:PASSWORD@HOST/NAME or sqlite:///PATH")] = ""
    body_limit: Annotated[int, Meta(ge=1024), _help("largest request body, in bytes")] = 16 * 1024 * 1024
    rate_limit: Annotated[float, Meta(ge=0), _help("calls a second of one account, in each process; 0 is no limit")] = 0
    rate_burst: Annotated[int, Meta(ge=1), _help("calls that may come at once within the limit")] = 20
    public_url: Annotated[
        str, _help("where carriers reach us, as https://sms.example.com; none: they are not told")
    ] = ""
    callback_networks: Annotated[str, _help("private networks that callbacks may reach, as 10.0.0.0/8")] = ""
    schedule_grace: Annotated[Seconds, _help("seconds overdue, or down, after which a campaign needs a person")] = 3600
    secret_key: Annotated[str, _help("seals the carriers' passwords; none takes the one in DATA/secret.key")] = ""
    price_file: Annotated[str, _help("TOML file of prices by country and product; none takes the standard ones")] = ""
    log_level: Annotated[Literal["debug", "info", "warning", "error"], _help("least level that is logged")] = "info"
    simulator_latency: Annotated[Seconds, _help("seconds until the simulated carrier answers")] = 0.02
    simulator_receipt_delay: Annotated[Seconds, _help("seconds until its receipts come, on average")] = 0.5
    simulator_refused: Annotated[Share, _help("share of messages that it refuses")] = 0.0
    simulator_failed: Annotated[Share, _help("share of messages that its receipts report as failed")] = 0.05
    simulator_stopped: Annotated[Share, _help("share of the readers that answer STOP")] = 0.0
    simulator_seed: Annotated[int, _help("the same seed, number and text always fare alike")] = 0
    simulator_log: Annotated[bool, _help("keep what reached it in DATA/simulator.log")] = True

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{Path(self.data) / 'antiphon.db'}"

    @property
    def public(self) -> str:
        """Without a slash at its end. Raises ValueError."""
        if self.public_url and url.clean(self.public_url) is None:
            raise ValueError("it is no address like https://sms.example.com")
        return self.public_url.strip().rstrip("/")

    def networks(self) -> tuple[Network, ...]:
        """Raises ValueError."""
        return network.networks(self.callback_networks)

    def prices(self) -> Prices:
        """Raises OSError or ValueError where the file cannot be read."""
        return price.read(tomllib.loads(Path(self.price_file).read_text()) if self.price_file else {})


def load(flags: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Config:
    """The settings; a flag that is None was not given. Raises BadSetting."""
    variables = {name: value for name, value in environment.items() if name.startswith(_PREFIX)}
    file = variables.pop(f"{_PREFIX}CONFIG", None)
    sources = [
        (file or _FILE, _read_file(file)),
        ("the environment", {name.removeprefix(_PREFIX).lower(): value for name, value in variables.items()}),
        ("the command line", {name: value for name, value in flags.items() if value is not None}),
    ]
    settings: dict[str, Any] = {}
    for source, given in sources:
        _check(source, given)
        settings |= given
    return msgspec.convert(settings, Config, strict=False)


def _read_file(file: str | None) -> dict[str, Any]:
    path = Path(file or _FILE)
    if file is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as failure:
        raise BadSetting(f"{path}: {failure}") from None


def _check(source: str, given: Mapping[str, Any]) -> None:
    """Each setting alone, so that the line can name the one that is wrong and where it comes from."""
    for name, value in given.items():
        if name not in Config.__struct_fields__:
            raise BadSetting(f"{name} (in {source}) is not a setting of Antiphon; `antiphon doctor` lists them")
        try:
            alone = msgspec.convert({name: value}, Config, strict=False)
            alone.prices()
            alone.networks()
            _ = alone.public
        except (msgspec.ValidationError, OSError, ValueError) as failure:
            reason = str(failure).partition(" - at ")[0].replace("`", "")
            raise BadSetting(f"{name} = {value!r} (in {source}) is wrong: {reason}") from None
