def test_first():
    raise SystemExit(0)
