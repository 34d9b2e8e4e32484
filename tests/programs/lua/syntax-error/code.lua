print("not reached")

if true print("x") end
