local os = { name = "plan9" }
local loaded, reload = {}, function(x) return x end
function loaded.open(x) return x end
function loaded:load(x) return x end
print(os.name, loaded.open(1), loaded:load(2), reload(3))
