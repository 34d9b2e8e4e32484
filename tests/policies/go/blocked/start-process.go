// rule: go-process
package main

import "os"

func main() { os.StartProcess("/bin/ls", nil, &os.ProcAttr{}) }
