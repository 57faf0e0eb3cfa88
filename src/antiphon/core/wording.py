"""What is answered to STOP, START and HELP, and is it answered at all?"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from antiphon.core.consent import Asked
from antiphon.core.errors import BadField
from antiphon.core.stop_words import LANGUAGES

LONGEST: Final = 480  # three segments
_LONGEST_NAME: Final = 80
_ENGLISH: Final = "en"

# Where carriers want STOP, START and HELP answered, also for those who never subscribed (the CTIA's Short Code
# Monitoring Handbook, and its counterpart in Canada): there it is done unless the account says no. Elsewhere nobody
# asks for it, it costs money, and many carriers answer by themselves: there it is done if the account says yes.
_ANSWERED: Final = frozenset({"US", "CA", "PR", "VI", "GU", "AS", "MP"})


class Said(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An account's own texts for one country, in place of ours: {brand}, {contact} and {list} are filled in."""

    stop: str | None = None
    stop_list: str | None = None
    start: str | None = None
    help: str | None = None


class Wording(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an account answers. `answers` None: where carriers want it. `texts` by country; under "*", for all others."""

    answers: bool | None = None
    brand: str = ""
    contact: str = ""
    texts: Mapping[str, Said] = {}


EVERY_COUNTRY: Final = "*"

# Our own texts. What confirms an opt-out must not sell anything (47 CFR 64.1200(a)(12)).
_TEXTS: Final[Mapping[str, Said]] = {
    "en": Said(
        stop="{brand}: You are unsubscribed and will get no more messages. Reply START to come back.",
        stop_list='{brand}: You are unsubscribed from "{list}". Reply STOP to end all messages.',
        start="{brand}: You will get our messages again. Reply HELP for help, STOP to end.",
        help="{brand}: Reply STOP to end messages, START to get them again. {contact}",
    ),
    "fr": Said(
        stop="{brand} : vous êtes désabonné et ne recevrez plus de messages. START pour revenir.",
        stop_list='{brand} : vous êtes désabonné de "{list}". STOP pour ne plus rien recevoir.',
        start="{brand} : vous recevrez de nouveau nos messages. AIDE pour de l'aide, STOP pour arrêter.",
        help="{brand} : STOP pour ne plus recevoir de messages, START pour en recevoir de nouveau. {contact}",
    ),
    "de": Said(
        stop="{brand}: Sie sind abgemeldet und erhalten keine Nachrichten mehr. START meldet Sie wieder an.",
        stop_list='{brand}: Sie sind von "{list}" abgemeldet. STOP beendet alle Nachrichten.',
        start="{brand}: Sie erhalten wieder Nachrichten. HILFE hilft weiter, STOP meldet ab.",
        help="{brand}: STOP beendet die Nachrichten, START meldet wieder an. {contact}",
    ),
    "es": Said(
        stop="{brand}: Se ha dado de baja y no recibirá más mensajes. Responda START para volver.",
        stop_list='{brand}: Se ha dado de baja de "{list}". STOP para no recibir nada más.',
        start="{brand}: Volverá a recibir mensajes. AYUDA para ayuda, STOP para terminar.",
        help="{brand}: STOP para no recibir mensajes, START para volver a recibirlos. {contact}",
    ),
    "it": Said(
        stop="{brand}: iscrizione annullata, non riceverà altri messaggi. START per riceverli di nuovo.",
        stop_list='{brand}: iscrizione a "{list}" annullata. STOP per non ricevere altro.',
        start="{brand}: riceverà di nuovo i messaggi. AIUTO per assistenza, STOP per smettere.",
        help="{brand}: STOP per non ricevere messaggi, START per riceverli di nuovo. {contact}",
    ),
    "pt": Said(
        stop="{brand}: a subscrição foi cancelada, não recebe mais mensagens. START para voltar.",
        stop_list='{brand}: saiu de "{list}". STOP para não receber mais nada.',
        start="{brand}: volta a receber mensagens. AJUDA para ajuda, STOP para terminar.",
        help="{brand}: STOP para não receber mensagens, START para voltar a receber. {contact}",
    ),
    "nl": Said(
        stop="{brand}: u bent afgemeld en krijgt geen berichten meer. START om ze weer te krijgen.",
        stop_list='{brand}: u bent afgemeld voor "{list}". STOP om niets meer te krijgen.',
        start="{brand}: u krijgt weer berichten. HULP voor hulp, STOP om te stoppen.",
        help="{brand}: STOP om geen berichten te krijgen, START om ze weer te krijgen. {contact}",
    ),
}
# A country with several languages has its texts in the one that most people there speak.
_SPOKEN: Final = {"US": _ENGLISH, "CA": _ENGLISH, "BE": "nl", "CH": "de", "LU": "fr"}


def is_answered(wording: Wording, region: str) -> bool:
    """Does somebody in this country get an answer?"""
    return region in _ANSWERED if wording.answers is None else wording.answers


def answer(wording: Wording, asked: Asked, region: str, list_name: str | None = None) -> str:
    """The text, for a number of this country."""
    key = "stop_list" if list_name is not None else asked.value
    own = [wording.texts[place] for place in (region, EVERY_COUNTRY) if place in wording.texts]
    texts = [text for text in (getattr(said, key) for said in (*own, _TEXTS[_language(region)])) if text]
    filled = texts[0] if wording.brand else texts[0].replace("{brand} : ", "").replace("{brand}: ", "")
    for name, value in (("brand", wording.brand), ("contact", wording.contact), ("list", list_name or "")):
        filled = filled.replace(f"{{{name}}}", value)
    return filled.strip()


def check(wording: Wording) -> None:
    """Raises BadField."""
    for name in ("brand", "contact"):
        if len(getattr(wording, name)) > _LONGEST_NAME:
            raise BadField(field=name, reason=f"is longer than {_LONGEST_NAME} characters")
    for country, said in wording.texts.items():
        if country != EVERY_COUNTRY and not (len(country) == 2 and country.isascii() and country.isupper()):
            raise BadField(field="texts", reason="has a country that is not two capitals of ISO 3166, nor *")
        for name in Said.__struct_fields__:
            text = getattr(said, name)
            if text is not None and not 1 <= len(text.strip()) <= LONGEST:
                raise BadField(field=f"texts.{country}.{name}", reason=f"has not 1 to {LONGEST} characters")


def _language(region: str) -> str:
    if region in _SPOKEN:
        return _SPOKEN[region]
    return next((one for one in _TEXTS if region in LANGUAGES.get(one, "").split()), _ENGLISH)
