// rule: go-process
package main

import run "os/exec"

func main() { run.Command("ls").Run() }
