package main

import (
	"encoding/json"
	"fmt"
)

type File struct {
	Name string `json:"name"`
	Exec bool   `json:"exec,omitempty"`
}

func main() {
	text, _ := json.Marshal(File{Name: "os.Open(\"x\")"})
	fmt.Println(string(text))
}
