def test_first():
    pass


import no_such_secret
