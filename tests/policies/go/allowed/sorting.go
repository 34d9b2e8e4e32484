package main

import (
	"fmt"
	"math"
	"math/rand"
	"sort"
	"strconv"
)

func main() {
	list := []int{3, 1, 2}
	sort.Ints(list)
	fmt.Println(list, math.Sqrt(2), rand.Intn(1), strconv.Itoa(4))
}
