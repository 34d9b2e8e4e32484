// rule: go-files
package main

import "os"

func main() { os.WriteFile("x", []byte("y"), 0o644) }
