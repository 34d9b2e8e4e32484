# rule: python-eval
text = "6 * 7"
print(f"the answer is {eval(text):>10} or {'so'}")
