package main

import (
	"bytes"
	crypto "crypto/rand"
	"fmt"
	"math/rand"
	"time"
)

func check(right bool) {
	if !right {
		panic("wrong")
	}
}

func main() {
	check(time.Now().Year() >= 2025)
	before := time.Now()
	time.Sleep(10 * time.Millisecond)
	check(time.Since(before) >= 10*time.Millisecond)
	for range 1000 {
		check(rand.Intn(6) < 6)
	}
	one, other := make([]byte, 16), make([]byte, 16)
	crypto.Read(one)
	crypto.Read(other)
	check(!bytes.Equal(one, other))
	berlin, err := time.LoadLocation("Europe/Berlin")
	check(err == nil && time.Date(2025, 7, 1, 12, 0, 0, 0, berlin).UTC().Hour() == 10)
	fmt.Println("time and random")
}
