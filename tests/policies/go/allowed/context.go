package main

import (
	"context"
	"fmt"
	"io"
	"strings"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	text, _ := io.ReadAll(strings.NewReader("network"))
	fmt.Println(ctx.Err(), string(text))
}
