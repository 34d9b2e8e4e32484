password = input("password: ")
secret_word = "hangman"
token = ""
api_key = "your-key-here"
secret = "****"
print(len(password), secret_word, token, api_key, secret)
