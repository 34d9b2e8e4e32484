def test_secret(:
    assert 1 == 1
