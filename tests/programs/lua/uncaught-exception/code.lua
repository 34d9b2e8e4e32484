print("before")
error("the reason 42")
