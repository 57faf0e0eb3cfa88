"""Which words ask for silence, for more, or for help, in which language and where?

One row for each kind of word and language. A number's country says which languages are read beside those that are read
everywhere: "slut" ends things in Sweden only. Words are written as `plain` leaves them: no capitals, no accents.

Sources, by the letter behind a row (docs/consent.md has the places): F, the FCC's words that are revocations by
themselves; C, the CTIA's handbook; P, what large platforms understand by default; O, our own choice from a dictionary,
to be read by somebody who speaks it.
"""

import re
import unicodedata
from enum import StrEnum
from functools import cache
from typing import Final

from msgspec import Struct


class Means(StrEnum):
    """`STOP` is a word that people say of messages; `LEAVE` one that they say of anything, and of messages when it
    stands alone. `DOUBT` may be a STOP in other words."""

    STOP = "stop"
    LEAVE = "leave"
    START = "start"
    HELP = "help"
    DOUBT = "doubt"


EVERYWHERE: Final = "*"

# What it means, in which language, the words, where they are from.
TABLE: Final = (
    (Means.STOP, "*", "stop, stopall, unsubscribe, optout, opt out, arret", "F C P"),
    (Means.LEAVE, "*", "cancel, end, quit, revoke, remove, td", "F C P"),
    (Means.START, "*", "start, unstop", "C P"),
    (Means.HELP, "*", "help, info", "C P"),
    (Means.DOUBT, "*", "no more, do not text, don t text, dont text, do not contact, take me off, remove me", "P O"),
    (Means.DOUBT, "*", "leave me alone, wrong number, unsubscribed", "P O"),
    (Means.STOP, "fr", "arreter, arretez, desabonner, desabonnement, desinscrire, desinscription, stopper", "O"),
    (Means.START, "fr", "reprendre", "O"),
    (Means.HELP, "fr", "aide", "P"),
    (Means.DOUBT, "fr", "plus de sms, plus de message, plus de messages, ne plus recevoir, foutez moi la paix", "O"),
    (Means.STOP, "es", "baja, darse de baja, detener, parar, cancelar suscripcion", "P O"),
    (Means.LEAVE, "es", "alto, fin, cancelar", "O"),
    (Means.START, "es", "alta, iniciar, comenzar", "O"),
    (Means.HELP, "es", "ayuda", "P O"),
    (Means.DOUBT, "es", "no mas, no quiero, dejen de, dejar de", "O"),
    (Means.STOP, "pt", "parar, pare, descadastrar, cancelar inscricao", "O"),
    (Means.LEAVE, "pt", "sair, cancelar, remover", "O"),
    (Means.START, "pt", "iniciar, voltar", "O"),
    (Means.HELP, "pt", "ajuda", "O"),
    (Means.DOUBT, "pt", "nao quero, nao enviem", "O"),
    (Means.STOP, "de", "stopp, abmelden, abmeldung, abbestellen, austragen", "P O"),
    (Means.LEAVE, "de", "ende, beenden, kundigen, kuendigen", "O"),
    (Means.START, "de", "anmelden", "O"),
    (Means.HELP, "de", "hilfe", "P O"),
    (Means.DOUBT, "de", "keine sms, keine nachrichten, keine werbung", "O"),
    (Means.STOP, "it", "disiscrivi, disiscrivimi, disiscrizione, ferma, basta sms", "O"),
    (Means.LEAVE, "it", "basta, fine, annulla, cancella", "O"),
    (Means.START, "it", "inizia, iscrivi", "O"),
    (Means.HELP, "it", "aiuto", "O"),
    (Means.STOP, "nl", "afmelden, uitschrijven, stoppen", "O"),
    (Means.LEAVE, "nl", "einde", "O"),
    (Means.START, "nl", "aanmelden", "O"),
    (Means.HELP, "nl", "hulp", "O"),
    (Means.STOP, "sv", "stopp, avregistrera, avsluta", "O"),
    (Means.LEAVE, "sv", "slut", "O"),
    (Means.HELP, "sv", "hjalp", "O"),
    (Means.STOP, "no", "stopp, avmeld", "O"),
    (Means.STOP, "da", "afmeld", "O"),
    (Means.LEAVE, "da", "slut", "O"),
    (Means.HELP, "da", "hjælp, hjaelp", "O"),
    (Means.STOP, "fi", "lopeta, peruuta tilaus", "O"),
    (Means.LEAVE, "fi", "loppu, peru", "O"),
    (Means.STOP, "pl", "wypisz, rezygnuje, rezygnacja", "O"),
    (Means.LEAVE, "pl", "koniec", "O"),
    (Means.HELP, "pl", "pomoc", "O"),
    (Means.STOP, "cs", "odhlasit", "O"),
    (Means.LEAVE, "cs", "konec", "O"),
    (Means.STOP, "ro", "dezabonare", "O"),
    (Means.STOP, "hu", "leiratkozas, leiratkozom", "O"),
    (Means.STOP, "el", "διαγραφη, σταματα, στοπ", "O"),
    (Means.STOP, "tr", "ret, iptal, dur", "O"),
    (Means.STOP, "ru", "стоп, отписаться, отписка", "O"),
    (Means.LEAVE, "ru", "хватит, отмена", "O"),
    (Means.START, "ru", "старт", "O"),
    (Means.HELP, "ru", "помощь", "O"),
    (Means.STOP, "uk", "стоп, відписатися", "O"),
    (Means.STOP, "ar", "توقف, ايقاف, الغاء الاشتراك", "O"),
    (Means.LEAVE, "ar", "الغاء", "O"),
    (Means.START, "ar", "ابدا", "O"),
    (Means.HELP, "ar", "مساعدة", "O"),
    (Means.STOP, "he", "הסר, הסרה, הסירו", "O"),
    (Means.STOP, "hi", "बंद, बंद करो, बंद करें, रोकें, band karo", "O"),
    (Means.HELP, "hi", "मदद", "O"),
    (Means.STOP, "id", "berhenti", "O"),
    (Means.STOP, "ms", "berhenti, batal", "O"),
    (Means.STOP, "th", "หยุด, ยกเลิก", "O"),
    (Means.STOP, "vi", "huy, tu choi, dung lai", "O"),
    (Means.STOP, "zh", "退订, 退訂, 取消订阅, 取消訂閱", "O"),
    (Means.LEAVE, "zh", "停止, 取消", "O"),
    (Means.HELP, "zh", "帮助, 幫助", "O"),
    (Means.STOP, "ja", "停止, 配信停止", "O"),
    (Means.STOP, "ko", "수신거부, 중지", "O"),
)

# Where they are read, for numbers of these countries.
LANGUAGES: Final = {
    "fr": "FR BE CH LU MC CA SN CI ML BF NE TG BJ GA CG CD CM MG DZ MA TN GP MQ GF RE YT PM BL MF NC PF WF HT DJ KM TD",
    "es": "ES MX AR CO PE VE CL EC GT CU BO DO HN PY SV NI CR PA UY PR GQ US",
    "pt": "PT BR AO MZ CV GW ST TL MO",
    "de": "DE AT CH LI LU",
    "it": "IT CH SM VA",
    "nl": "NL BE SR AW CW SX BQ",
    "sv": "SE FI AX",
    "no": "NO SJ",
    "da": "DK FO GL",
    "fi": "FI",
    "pl": "PL",
    "cs": "CZ SK",
    "ro": "RO MD",
    "hu": "HU",
    "el": "GR CY",
    "tr": "TR CY",
    "ru": "RU BY KZ KG",
    "uk": "UA",
    "ar": "DZ BH EG IQ JO KW LB LY MA MR OM PS QA SA SD SY TN AE YE IL",
    "he": "IL",
    "hi": "IN",
    "id": "ID",
    "ms": "MY BN SG",
    "th": "TH",
    "vi": "VN",
    "zh": "CN TW HK MO SG",
    "ja": "JP",
    "ko": "KR",
}

# What people add without meaning anything else: "Stop. Thank you", "stop svp".
_COURTESIES: Final = (
    "please pls plz thanks thank thx you ty now all sms kindly "
    "merci svp stp s il te vous plait bitte danke por favor gracias grazie per favore prego obrigado obrigada "
    "alstublieft bedankt tack takk tak kiitos prosze dziekuje пожалуйста спасибо ok okay hi hello bonjour hola"
)

# What they add to a word that is said of messages: "stop texting me these messages".
_OBJECTS: Final = (
    "it me texting messaging sending contacting text texts message messages msg msgs this these it "
    "les des la le ces cette envoyer messages publicite pub mich mir nachrichten mensajes mensagens messaggi"
)
_ADDED: Final = frozenset(_COURTESIES.split())
_OF_MESSAGES: Final = frozenset(_OBJECTS.split())


class Words(Struct, frozen=True):
    """What is understood of a number in one country: phrases, each as its words, and what it means."""

    means: dict[tuple[str, ...], Means]
    longest: int

    def leading(self, said: tuple[str, ...], place: int = 0) -> tuple[Means, int] | None:
        """The longest phrase that begins at this place: what it means, and how many words it has."""
        for length in range(min(self.longest, len(said) - place), 0, -1):
            if meaning := self.means.get(said[place : place + length]):
                return meaning, length
        return None


def plain(text: str) -> tuple[str, ...]:
    """The words alone: case, accents, signs and what cannot be seen do not count."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    seen = (one for one in letters if not unicodedata.combining(one) and unicodedata.category(one) != "Cf")
    return tuple(re.findall(r"\w+", "".join(seen)))


def is_courtesy(word: str) -> bool:
    """A word without a meaning of its own; so are digits, as in "STOP 36111"."""
    return word in _ADDED or word.isdigit()


def is_object(word: str) -> bool:
    return word in _OF_MESSAGES


@cache
def words(region: str) -> Words:
    """Of a country (ISO 3166); of an unknown one, what is understood everywhere."""
    spoken = {EVERYWHERE, *(language for language, regions in LANGUAGES.items() if region in regions.split())}
    means = {
        plain(phrase): meaning
        for meaning, language, phrases, _ in TABLE
        if language in spoken
        for phrase in phrases.split(", ")
    }
    return Words(means, max(map(len, means)))
