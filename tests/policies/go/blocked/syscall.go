// rule: go-native
package main

import "syscall"

func main() { syscall.Getpid() }
