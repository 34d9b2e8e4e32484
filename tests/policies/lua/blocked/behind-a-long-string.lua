-- rule: lua-process
local text = [==[ ]] ]=] ]==] os.execute('ls')
