-- os.execute("ls")
--[[ io.open("x")
load("x") ]]
--[==[ os.remove("x") ]] ]==]
print(1) -- dofile("x")
