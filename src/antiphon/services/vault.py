"""How are the carriers' passwords kept? Encrypted, with a key that is not in the database."""

import base64
import hmac
import os
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken


class Locked(Exception):
    """A secret was sealed with another key."""


class Vault:
    """`key` is 32 random bytes in URL-safe base64 (https://github.com/fernet/spec). Raises ValueError for another."""

    def __init__(self, key: str) -> None:
        self._box = Fernet(key)
        self._key = key.encode()

    def seal(self, secret: str) -> str:
        return self._box.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises Locked."""
        try:
            return self._box.decrypt(sealed).decode()
        except InvalidToken:
            raise Locked from None

    def secret(self, purpose: str) -> bytes:
        """A key for this purpose alone, the same for ever."""
        return hmac.digest(self._key, f"secret {purpose}".encode(), "sha256")

    def token(self, carrier: str) -> str:
        """What opens our door to what this carrier posts: 26 letters and digits, the same for ever."""
        digest = hmac.digest(self._key, f"inbound {carrier}".encode(), "sha256")
        return base64.b32encode(digest[:16]).decode().rstrip("=").lower()


def key_in(file: Path) -> str:
    """The key in this file, which is made when it is not there. Raises OSError."""
    with suppress(FileNotFoundError):
        return file.read_text().strip()
    file.parent.mkdir(0o700, parents=True, exist_ok=True)
    made = file.with_name(f"{file.name}.{os.getpid()}")
    made.touch(0o600)
    made.write_text(Fernet.generate_key().decode())
    with suppress(FileExistsError):  # another process was faster
        os.link(made, file)
    made.unlink()
    return file.read_text().strip()
