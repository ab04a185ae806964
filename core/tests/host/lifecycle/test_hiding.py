from __future__ import annotations

import pytest

from milepost.host.lifecycle.hiding import errors_hidden
from milepost.host.mask import Masker
from milepost.host.recording import secrets_in
from milepost.sdk.config import PluginConfig
from milepost.sdk.errors import DeadlineError, OperationError
from milepost.sdk.secret import Credential, Part, Secret


class Config(PluginConfig, frozen=True, kw_only=True):
    token: Credential
    more: dict[str, list[Secret]]


def test_an_error_that_quotes_a_secret_is_raised_without_it_and_without_its_cause() -> None:
    masker = Masker()
    masker.add("hunter22")
    with pytest.raises(OperationError, match=r"refused: \*\*\*") as caught, errors_hidden(masker):
        raise OperationError("refused: hunter22", hint="try hunter22 again")
    assert caught.value.hint == "try *** again"
    assert caught.value.__suppress_context__


def test_an_error_without_a_secret_stays_what_it_is() -> None:
    with pytest.raises(DeadlineError), errors_hidden(Masker()):
        raise DeadlineError("the answer", 5)


def test_all_secrets_of_a_config_are_found_however_deep() -> None:
    config = Config(token=Credential([Part("one")]), more={"a": [Secret([Part("two")]), Secret([Part("three")])]})
    assert [each.reveal() for each in secrets_in([config, {"plain": "four"}])] == ["one", "two", "three"]
