"""Documents that no editor would write: one clear error each."""

import pytest

from supportflow.exceptions import MappingError, PolicyError
from supportflow.policy.read.policies import load_policy, read_policy
from supportflow.replay import load_mapping, parse_mapping

DEEP = "a = " + "[" * 100_000
HUGE = "a = " + "9" * 5_000


@pytest.mark.parametrize("text", [DEEP, HUGE, "a = [", "\0"], ids=["deep", "huge", "cut", "nul"])
def test_a_policy_that_toml_cannot_read(text):
    with pytest.raises(PolicyError):
        load_policy(text, format="toml")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "9" * 5_000, "[", "[1]"], ids=["deep", "huge", "cut", "list"]
)
def test_a_policy_that_json_cannot_read(text):
    with pytest.raises(PolicyError):
        load_policy(text, format="json")


@pytest.mark.parametrize("text", [DEEP, HUGE, "a = [", "\0"], ids=["deep", "huge", "cut", "nul"])
def test_a_mapping_that_toml_cannot_read(text):
    with pytest.raises(MappingError):
        parse_mapping(text)


def test_a_policy_that_is_not_text(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PolicyError) as caught:
        read_policy(path)
    assert "UTF-8" in caught.value.problems[0]


def test_a_mapping_that_is_not_text(tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MappingError) as caught:
        load_mapping(str(path))
    assert "UTF-8" in caught.value.problems[0]
