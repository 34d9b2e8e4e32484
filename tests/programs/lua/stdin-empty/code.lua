print(#io.read("a") .. " bytes")
