while True:
    print("@TOKEN@")
