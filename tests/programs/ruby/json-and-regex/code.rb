require "json"

data = JSON.parse('{"name": "Zoë", "numbers": [1, 2, 3], "nothing": null}')
puts JSON.generate({sum: data["numbers"].sum, name: data["name"]}).gsub(/([:,])(?=[\d"])/, '\1 ')
puts "zoë@example.org".sub(/(\p{L}+)@(\w+)\.org/, '\2 has \1')
