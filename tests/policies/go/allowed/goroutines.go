package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	var wait sync.WaitGroup
	lines := make(chan int, 4)
	for i := 0; i < 4; i++ {
		wait.Add(1)
		go func(n int) { defer wait.Done(); lines <- n * n }(i)
	}
	wait.Wait()
	close(lines)
	select {
	case n, ok := <-lines:
		fmt.Println(n >= 0, ok)
	case <-time.After(time.Second):
	}
}
