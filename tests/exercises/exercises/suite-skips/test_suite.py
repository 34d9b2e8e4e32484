import pytest


def test_first():
    pass


@pytest.mark.skip(reason="not yet")
def test_skipped():
    pass


@pytest.mark.xfail(reason="known")
def test_expected():
    assert False
