-- rule: lua-reflection
_G["os"]["execute"]("ls")
