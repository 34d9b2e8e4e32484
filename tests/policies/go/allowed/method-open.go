package main

import "fmt"

type Door struct{ open bool }

func (d *Door) Open()  { d.open = true }
func (d *Door) Exec() bool { return d.open }

func main() {
	door := &Door{}
	door.Open()
	fmt.Println(door.Exec())
}
