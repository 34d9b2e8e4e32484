# rule: python-eval
program = compile("print(6 * 7)", "<text>", "exec")
exec (program)
