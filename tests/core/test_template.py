import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.template import VALUE_LIMIT, parse

MARIE = {
    "first_name": "Marie",
    "last_name": "Curie",
    "email": "marie@example.org",
    "field_1": "A12",
    "Order no": "77",
    "Prénom": "Mâ",
    "VIP-code": "x9",
}


@pytest.mark.parametrize(
    ("text", "fields", "said"),
    [
        pytest.param("", (), "", id="nothing"),
        pytest.param("Hello", (), "Hello", id="no field"),
        pytest.param("{first_name}", ("first_name",), "Marie", id="only a field"),
        pytest.param("Hi {first_name} {last_name}!", ("first_name", "last_name"), "Hi Marie Curie!", id="two fields"),
        pytest.param(
            "{email} {first_name} {email}",
            ("email", "first_name"),
            "marie@example.org Marie marie@example.org",
            id="a field twice",
        ),
        pytest.param("{first_name}{last_name}", ("first_name", "last_name"), "MarieCurie", id="side by side"),
        pytest.param("Ref {field_1}", ("field_1",), "Ref A12", id="numbered"),
        pytest.param("Ref {param1}", ("field_1",), "Ref A12", id="numbered as a parameter"),
        pytest.param("Ref {{ Param1 }}", ("field_1",), "Ref A12", id="a parameter as Mustache has it"),
        pytest.param("Ref {FIELD 1}", ("field_1",), "Ref A12", id="numbered in capitals with a blank"),
        pytest.param("{First Name}", ("first_name",), "Marie", id="standard with a blank"),
        pytest.param("{LAST-NAME}", ("last_name",), "Curie", id="standard with a hyphen"),
        pytest.param("{Order no}", ("Order no",), "77", id="attribute"),
        pytest.param("{order_no}", ("order_no",), "", id="attributes are matched exactly"),
        pytest.param("{VIP-code}", ("VIP-code",), "x9", id="attribute with a hyphen"),
        pytest.param("{Prénom}", ("Prénom",), "Mâ", id="attribute with an accent"),
        pytest.param("{{first_name}}", ("first_name",), "Marie", id="Mustache"),
        pytest.param("{{ first_name }}", ("first_name",), "Marie", id="Mustache with blanks"),
        pytest.param("{{{first_name}}}", ("first_name",), "{Marie}", id="three braces"),
        pytest.param("{{first_name}", ("first_name",), "{Marie", id="one brace too many before"),
        pytest.param("{first_name}}", ("first_name",), "Marie}", id="one brace too many after"),
        pytest.param("{{a} b}", ("a",), "{ b}", id="field within braces"),
        pytest.param("100% {first_name} %s", ("first_name",), "100% Marie %s", id="per cent signs"),
        pytest.param("Hello {company}, hi", ("company",), "Hello , hi", id="absent value leaves its blanks"),
    ],
)
def test_says(text: str, fields: tuple[str, ...], said: str) -> None:
    template = parse(text)
    assert template.fields == fields
    assert template.personal == bool(fields)
    assert template.render(MARIE) == said


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{}", id="empty braces"),
        pytest.param("{{}}", id="empty double braces"),
        pytest.param("{ hello there! }", id="prose"),
        pytest.param("{ first_name }", id="blanks in single braces"),
        pytest.param("{first_name", id="unclosed"),
        pytest.param("first_name}", id="unopened"),
        pytest.param("}{", id="back to front"),
        pytest.param("{1st}", id="starts with a digit"),
        pytest.param("{a  b}", id="two blanks in a name"),
        pytest.param("{first\nname}", id="line break"),
        pytest.param("{a.b}", id="dot"),
        pytest.param("{0} {!r} {a:>3}", id="Python formats"),
    ],
)
def test_other_braces_stay_as_written(text: str) -> None:
    template = parse(text)
    assert not template.personal
    assert template.render(MARIE) == text


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        pytest.param("x" * VALUE_LIMIT, "x" * 50, id="at the limit"),
        pytest.param("x" * (VALUE_LIMIT + 1), "x" * 50, id="one over"),
        pytest.param("é😀" * 40, "é😀" * 25, id="characters, not bytes"),
        pytest.param("", "", id="empty"),
    ],
)
def test_a_value_is_cut(value: str, printed: str) -> None:
    assert parse("<{company}>").render({"company": value}) == f"<{printed}>"


@given(st.text().filter(lambda text: "{" not in text))
def test_a_text_without_fields_is_itself(text: str) -> None:
    assert parse(text).render(MARIE) == text


@given(st.text(alphabet="{}ab_ {\\%é1-", max_size=VALUE_LIMIT))
def test_a_value_is_never_read_again(value: str) -> None:
    values = {"first_name": value, "email": "leaked"}
    assert parse("<{first_name}>{{last_name}}").render(values) == f"<{value}>"


@given(st.text(alphabet="{}ab_ é1-\n"))
def test_what_is_no_field_is_kept(text: str) -> None:
    """The steps and the tail hold every character but those of the merge fields."""
    template = parse(text)
    kept = "".join(before for before, _ in template.steps) + template.tail
    assert template.render({}) == kept
    assert len(text) - len(kept) >= sum(len(name) + 2 for _, name in template.steps)
