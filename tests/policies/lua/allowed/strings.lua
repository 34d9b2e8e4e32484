print("os.execute('ls')", 'load("x")', "it's", [[io.open("x")]], [==[require "socket" ]] ]==])
