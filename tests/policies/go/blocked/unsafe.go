// rule: go-native
package main

import (
	"fmt"
	"unsafe"
)

func main() { fmt.Println(unsafe.Sizeof(1)) }
