// rule: go-reflection
package main

import (
	"fmt"
	"reflect"
)

type T struct{}

func (T) Hello() { fmt.Println("hello") }

func main() { reflect.ValueOf(T{}).MethodByName("Hello").Call(nil) }
