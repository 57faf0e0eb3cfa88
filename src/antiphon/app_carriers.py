"""Which kinds of carriers are there, and how is one made from what is configured?"""

from pathlib import Path
from urllib.parse import quote

from msgspec.structs import replace

from antiphon.carriers.carrier import CannotReach, Carrier
from antiphon.carriers.http import atom, exotel, generic, octopush, twilio, vonage
from antiphon.carriers.http.carrier import Http
from antiphon.carriers.http.inbound import Reader
from antiphon.carriers.http.shape import Shape
from antiphon.carriers.simulator import Behaviour, Simulator
from antiphon.carriers.smpp.carrier import Smpp
from antiphon.config import BadSetting, Config
from antiphon.core.carrier import TERMS, Address, NewCarrier, check_name, read, settings
from antiphon.core.errors import BadField, CarrierUnreachable, UnknownPath
from antiphon.dialects.inbound.door import Inbound
from antiphon.services import carriers
from antiphon.services.vault import Vault, key_in
from antiphon.store.session import Store

_SHAPES = {
    "http+octopush": octopush.SHAPE,
    "http+exotel": exotel.SHAPE,
    "http+atom": atom.SHAPE,
    "http+twilio": twilio.SHAPE,
    "http+vonage": vonage.SHAPE,
}
_GENERIC = "http+generic"


def vault(config: Config) -> Vault:
    """Raises BadSetting."""
    try:
        return Vault(config.secret_key or key_in(Path(config.data) / "secret.key"))
    except (OSError, ValueError) as failure:
        raise BadSetting(f"secret_key is wrong, or {config.data}/secret.key cannot be used: {failure}") from None


async def add_carrier(config: Config, store: Store, new: NewCarrier) -> bool:
    """Add a carrier that can be built, or change the one of this name; whether it is new. Raises BadField."""
    check_name(new.name)
    build_carrier(config, new.name, read(new.url))
    return await carriers.add(store, vault(config), new.name, new.url, default=new.default)


async def check_carrier(config: Config, store: Store, name: str) -> str:
    """Connect to it, without sending anything; what it said. Raises CarrierUnreachable, UnknownCarrier or BadField."""
    url = await carriers.url_of(store, vault(config), name)
    try:
        return await build_carrier(config, name, read(url)).check()
    except CannotReach as failure:
        raise CarrierUnreachable(name=name, reason=str(failure)) from None


def build_carrier(config: Config, name: str, address: Address) -> Carrier:
    """Raises BadField."""
    if address.scheme in ("smpp", "smpps"):
        return Smpp(name, address)
    if address.scheme == "simulator":
        Path(config.data).mkdir(0o700, parents=True, exist_ok=True)
        options = {name: value for name, value in address.options.items() if name not in TERMS}
        given = settings(options, Behaviour)
        behaviour = replace(_behaviour(config), **{name: getattr(given, name) for name in options})
        return Simulator(behaviour, Path(config.data) / f"{name}.log" if config.simulator_log else None, name)
    shape = _shape(address)
    options = {option: value for option, value in address.options.items() if option != "shape"}
    address = replace(address, options=options) if address.scheme == _GENERIC else address
    receipts = f"{inbound(config, name)}/receipts" if config.public and shape.receipts else ""
    return Http(name, address, shape, receipts)


def inbound(config: Config, carrier: str) -> str:
    """The address that this carrier posts to, up to /receipts and /replies."""
    ours = config.public or f"http://{config.host}:{config.port}"
    return f"{ours}{Inbound.prefix}/{quote(carrier)}/{vault(config).token(carrier)}"


def reader_of(url: str) -> Reader:
    """Who reads what the carrier of this URL posts. Raises UnknownPath where it posts nothing, or BadField."""
    address = read(url)
    if not address.scheme.startswith("http+"):
        raise UnknownPath
    return Reader(_shape(address))


def _shape(address: Address) -> Shape:
    """Raises BadField."""
    if address.scheme == _GENERIC:
        return generic.read(address.options.get("shape", ""))
    if address.scheme not in _SHAPES:
        kinds = ", ".join(("smpp", "smpps", *_SHAPES, _GENERIC))
        raise BadField(field="url", reason=f"begins with {address.scheme}, which is none of {kinds}")
    return _SHAPES[address.scheme]


def _behaviour(config: Config) -> Behaviour:
    return Behaviour(**{name: getattr(config, f"simulator_{name}") for name in Behaviour.__struct_fields__})
