"""Is a reference found however a carrier spells it?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.reference import Form, spellings, spelt


@pytest.mark.parametrize(
    ("answered", "reported", "form"),
    [
        pytest.param("1A2B", "1A2B", Form.SAME, id="as it was"),
        pytest.param("1a2b", "1A2B", Form.LOWER, id="in capitals"),
        pytest.param("1A2B", "1a2b", Form.UPPER, id="in small letters"),
        pytest.param("6699", "0000006699", Form.TRIMMED, id="padded"),
        pytest.param("00006699", "6699", Form.PADDED, id="no longer padded"),
        pytest.param("1A2B", "6699", Form.HEX_UPPER, id="decimal for hexadecimal"),
        pytest.param("1a2b", "6699", Form.HEX, id="decimal for small hexadecimal"),
        pytest.param("00001A2B", "6699", Form.HEX_UPPER_PADDED, id="decimal for padded hexadecimal"),
        pytest.param("0000001a2b", "6699", Form.HEX_PADDED, id="decimal for small padded hexadecimal"),
        pytest.param("6699", "1A2B", Form.DECIMAL, id="hexadecimal for decimal"),
        pytest.param("0000006699", "1A2B", Form.DECIMAL_PADDED, id="hexadecimal for padded decimal"),
    ],
)
def test_the_form_is_known(answered: str, reported: str, form: Form) -> None:
    assert spellings(reported)[answered] is form
    assert answered in spelt(reported, form)


@given(st.text(max_size=70))
def test_no_id_is_too_odd(id: str) -> None:
    assert len(spellings(id)) <= 20
    assert "" not in spellings(id)
