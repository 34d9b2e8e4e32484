package main

import (
	"errors"
	"fmt"
)

var ErrOpen = errors.New("cannot open")

func open(name string) error { return fmt.Errorf("%s: %w", name, ErrOpen) }

func main() { fmt.Println(errors.Is(open("x"), ErrOpen)) }
