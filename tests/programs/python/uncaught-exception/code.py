print("before")
raise ValueError("the reason 42")
