"""Asking a run to end: only one that goes on can be asked."""

from __future__ import annotations

import pytest

from core.tests.host.lifecycle.real import RealShop
from milepost.host.cancelling import cancel
from milepost.sdk.errors import OperationError, UnknownNameError


def test_what_has_ended_cannot_be_cancelled(real: RealShop) -> None:
    real.run("build")
    with pytest.raises(OperationError, match="run #1 has ended already: success") as caught:
        cancel(real.host(), "1")
    assert caught.value.hint == "milepost show 1"


def test_a_run_that_is_not_there_cannot_be_cancelled(real: RealShop) -> None:
    with pytest.raises(UnknownNameError):
        cancel(real.host(), "7")
