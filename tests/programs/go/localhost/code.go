package main

import (
	"fmt"
	"io"
	"net"
)

func main() {
	server, err := net.Listen("tcp", "localhost:3000")
	if err != nil {
		panic(err)
	}
	go func() {
		connection, err := server.Accept()
		if err != nil {
			panic(err)
		}
		fmt.Fprint(connection, "hello from localhost")
		connection.Close()
	}()
	client, err := net.Dial("tcp", "localhost:3000")
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(client)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}
