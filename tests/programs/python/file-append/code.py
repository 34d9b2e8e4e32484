with open("notes.txt", "w", encoding="utf-8") as file:
    file.write("first Ä\n")
with open("notes.txt", "a", encoding="utf-8") as file:
    file.write("second\n")
with open("notes.txt", encoding="utf-8") as file:
    print(file.read(), end="")
