package main

import (
	"fmt"
	"reflect"
	"runtime"
)

func main() { fmt.Println(reflect.DeepEqual([]int{1}, []int{1}), runtime.NumCPU() > 0) }
