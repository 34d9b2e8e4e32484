text = input()
while True:
    print(text * 100)
