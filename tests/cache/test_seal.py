"""Seals: a message that was cut or changed is told from one that was not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache.digest import digest_bytes
from cache.errors import BlobCorrupt
from cache.seal import seal, unseal
from cache.wire import ActionResult, decode_action_result, encode_action_result

RESULT = ActionResult(stdout_digest=digest_bytes(b"log"), execution_start_ns=1, execution_completed_ns=2)
MESSAGE = encode_action_result(RESULT)
KEY, OTHER_KEY = "0a" * 32, "0b" * 32


@given(st.binary())
def test_a_message_comes_back(message: bytes) -> None:
    assert unseal(seal(message, KEY), KEY) == message


def test_other_readers_skip_the_seal() -> None:
    assert decode_action_result(seal(MESSAGE, KEY)) == RESULT


def test_a_message_without_a_seal_is_taken_as_it_is() -> None:
    assert unseal(MESSAGE, KEY) == MESSAGE


@pytest.mark.parametrize("end", range(len(seal(MESSAGE, KEY))))
def test_a_message_that_was_cut_is_refused(end: int) -> None:
    with pytest.raises(BlobCorrupt):
        decode_action_result(unseal(seal(MESSAGE, KEY)[:end], KEY))


@pytest.mark.parametrize("at", range(len(seal(MESSAGE, KEY)) - len(MESSAGE), len(seal(MESSAGE, KEY))))
def test_a_message_that_was_changed_is_refused(at: int) -> None:
    data = bytearray(seal(MESSAGE, KEY))
    data[at] ^= 1
    with pytest.raises(BlobCorrupt, match="not what was written"):
        unseal(bytes(data), KEY)


def test_the_message_of_another_key_is_refused() -> None:
    with pytest.raises(BlobCorrupt, match="under this name"):
        unseal(seal(MESSAGE, OTHER_KEY), KEY)
