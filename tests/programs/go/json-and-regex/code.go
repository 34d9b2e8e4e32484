package main

import (
	"encoding/json"
	"fmt"
	"regexp"
)

func main() {
	var data struct {
		Name    string `json:"name"`
		Numbers []int  `json:"numbers"`
	}
	if err := json.Unmarshal([]byte(`{"name": "Zoë", "numbers": [1, 2, 3], "nothing": null}`), &data); err != nil {
		panic(err)
	}
	sum := 0
	for _, n := range data.Numbers {
		sum += n
	}
	name, _ := json.Marshal(data.Name)
	fmt.Printf("{\"sum\": %d, \"name\": %s}\n", sum, name)
	fmt.Println(regexp.MustCompile(`(\p{L}+)@(\w+)\.org`).ReplaceAllString("zoë@example.org", "$2 has $1"))
}
