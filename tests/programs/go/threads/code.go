package main

import (
	"fmt"
	"sync"
)

func main() {
	var group sync.WaitGroup
	numbers := make(chan int, 8)
	for i := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			numbers <- i
		}()
	}
	group.Wait()
	close(numbers)
	sum := 0
	for n := range numbers {
		sum += n
	}
	fmt.Println(sum)
}
