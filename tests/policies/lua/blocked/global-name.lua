-- rule: lua-process
_G.os.execute [[ls]]
